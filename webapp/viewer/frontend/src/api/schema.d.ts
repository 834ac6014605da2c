// Made by `npm run types` from the JSON bodies of the server. Do not edit: change the Python type instead.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description agrees: whether they do on this image. */
        readonly AgreementDocument: {
            readonly agree: components["schemas"]["Estimate"];
            readonly agrees: boolean;
            /** @enum {string} */
            readonly beside: "gradcam" | "classmaps";
            readonly data?: string;
            readonly differ: components["schemas"]["Estimate"];
            /** @enum {string} */
            readonly of: "gradcam" | "classmaps";
        };
        /** @description A frozen output as far as the arm shows it: no model name, version or bundle id. */
        readonly AiDocument: {
            readonly findings: readonly components["schemas"]["AiFinding"][];
            readonly layers: readonly ("score" | "boxes" | "gradcam" | "wildcat")[];
            readonly maps: readonly components["schemas"]["AiMapDocument"][];
            readonly reason: string;
            /** @enum {string} */
            readonly state: "ok" | "abstained";
        };
        /** @description Score and boxes only in arms that show these layers. */
        readonly AiFinding: {
            readonly boxes?: readonly components["schemas"]["ModelBox"][];
            /** @enum {string} */
            readonly decision?: "positive" | "negative" | "uncertain" | "refused";
            readonly interval?: [
                number,
                number
            ] | null;
            readonly key: string;
            readonly probability?: number | null;
            readonly reason?: string | null;
            readonly threshold?: number | null;
            readonly title: string;
        };
        readonly AiMapDocument: {
            readonly evidence: readonly (components["schemas"]["Evidence"] | null)[];
            readonly findings: readonly string[];
            readonly height: number;
            readonly is_zero: readonly boolean[];
            /** @enum {string} */
            readonly kind: "gradcam" | "classmaps";
            readonly maximum: readonly number[];
            readonly method: string;
            readonly minimum: readonly number[];
            readonly region: [
                number,
                number,
                number,
                number
            ];
            /** @enum {string} */
            readonly scale: "absolute" | "relative";
            readonly threshold: readonly number[];
            readonly url: string;
            readonly width: number;
        };
        /** @description before_sha256, after_sha256: of what amendments change. */
        readonly AmendmentDocument: {
            readonly after_sha256: string;
            /** Format: date-time */
            readonly approved_at: string | null;
            readonly approved_by: string | null;
            readonly before_sha256: string;
            readonly by: string;
            readonly change: {
                readonly [key: string]: unknown;
            };
            /** Format: date-time */
            readonly effective_from: string | null;
            /** @enum {string} */
            readonly kind: "statistics" | "truth" | "void_case" | "replace_reader" | "washout";
            readonly number: number;
            /** Format: date-time */
            readonly proposed_at: string;
            readonly reason: string;
        };
        readonly AmendmentList: {
            readonly amendments: readonly components["schemas"]["AmendmentDocument"][];
        };
        /** @description change: the fields of this kind of amendment. */
        readonly AmendmentRequest: {
            readonly change: {
                readonly [key: string]: unknown;
            };
            /** Format: date-time */
            readonly effective_from?: string | null;
            /** @enum {string} */
            readonly kind: "statistics" | "truth" | "void_case" | "replace_reader" | "washout";
            readonly reason: string;
        };
        /** @description The answers of one stage; a field left out is empty. inadequate: why the image cannot be read, empty = it can. */
        readonly AnswerBody: {
            readonly active_ms: number | null;
            readonly answers: {
                readonly [key: string]: (string | number | boolean | readonly string[]) | null;
            };
            readonly codings?: readonly components["schemas"]["Coding"][];
            readonly comment: string;
            readonly first_mark_ms: number | null;
            readonly inadequate: string;
            readonly marks: readonly components["schemas"]["StudyMark"][];
            readonly ratings: {
                readonly [key: string]: components["schemas"]["FindingAnswer"];
            };
        };
        /**
         * @description What a stage is locked with. body: checked against the form of the case (reading_body.py). idempotency_key and tab: those
         *     of the headers Idempotency-Key and X-Tab where they are left out.
         */
        readonly AnswerSent: {
            /** @description The answers of one stage; a field left out is empty. inadequate: why the image cannot be read, empty = it can. */
            readonly body: {
                readonly active_ms: number | null;
                readonly answers: {
                    readonly [key: string]: (string | number | boolean | readonly string[]) | null;
                };
                readonly codings?: readonly components["schemas"]["Coding"][];
                readonly comment: string;
                readonly first_mark_ms: number | null;
                readonly inadequate: string;
                readonly marks: readonly components["schemas"]["StudyMark"][];
                readonly ratings: {
                    readonly [key: string]: components["schemas"]["FindingAnswer"];
                };
            };
            readonly idempotency_key?: string | null;
            readonly stage: string;
            readonly tab?: string | null;
        };
        /** @description A point that the project had approved in place of the bundle's own. */
        readonly ApprovedPoint: {
            readonly finding: string;
            readonly project_version: number;
            readonly sensitivity: components["schemas"]["Estimate"];
            readonly specificity: components["schemas"]["Estimate"];
            readonly threshold: number;
        };
        readonly AskedFinding: {
            readonly key: string;
            readonly title: string;
        };
        /** @description A case that its reader has open. part: the neutral label of the arm. urls: by name, below the assignment. */
        readonly AssignmentDocument: {
            readonly case: string;
            readonly draft: components["schemas"]["DraftDocument"] | null;
            readonly form: components["schemas"]["FormDocument"];
            readonly has_ai: boolean;
            /** Format: uuid */
            readonly id: string;
            readonly items: readonly components["schemas"]["CodingItem"][];
            readonly lease: components["schemas"]["LeaseDocument"] | null;
            readonly locked: {
                readonly [key: string]: components["schemas"]["LockedAnswer"];
            };
            /** Format: date-time */
            readonly opened_at: string | null;
            readonly part: string;
            readonly paused: boolean;
            readonly position: number;
            /** @enum {string} */
            readonly role: "training" | "scored";
            /** Format: uuid */
            readonly session: string;
            /** @enum {string|null} */
            readonly stage: "unaided" | "aided" | "coding" | null;
            readonly stages: readonly ("unaided" | "aided" | "coding")[];
            /** Format: uuid */
            readonly study: string;
            readonly total: number;
            readonly urls: components["schemas"]["AssignmentUrls"];
        };
        readonly AssignmentUrls: {
            readonly ai: string;
            readonly draft: string;
            readonly events: string;
            readonly feedback: string;
            readonly frame: string;
            readonly header: string;
            readonly lock: string;
            readonly pause: string;
            readonly resume: string;
            readonly "take-over": string;
        };
        /**
         * @description `/images/{id}/`. sitting: webapp.accounts.sitting. answer_first: the look before the model; null where a reader study hides
         *     the image from this person. urls.list, list_name: the list that the case was opened from, "worklist" or "failures".
         *     display_checked_at: when this person last passed the display check in this sitting; null: not in this one.
         *     hanging_ahead: by id of the cases that may be fetched ahead.
         */
        readonly BootDocument: {
            readonly answer_first: components["schemas"]["FirstLookDocument"] | null;
            readonly csrf: string;
            readonly display_checked_at: string | null;
            readonly hanging: components["schemas"]["CaseHanging"];
            readonly hanging_ahead: {
                readonly [key: string]: components["schemas"]["CaseHanging"];
            };
            readonly image: components["schemas"]["ImageFacts"];
            readonly list_name: string;
            readonly sitting: string;
            readonly urls: components["schemas"]["ReadingUrls"];
            readonly user: components["schemas"]["SignedInPerson"];
        };
        /** @description A registered bundle. */
        readonly BundleDocument: {
            /**
             * Format: date-time
             * @description the last time, in whichever project
             */
            readonly activated_at: string | null;
            readonly activated_by: string | null;
            /** Format: date-time */
            readonly added_at: string;
            readonly added_by: string | null;
            /** @description what else this site knows of it, as short words */
            readonly also: readonly string[];
            readonly bytes: number;
            /**
             * Format: date-time
             * @description when the whole file was last read and had this id
             */
            readonly file_checked_at: string | null;
            readonly findings: readonly components["schemas"]["BundleFinding"][];
            /** @description SHA-256 of the bundle file */
            readonly id: string;
            /** @description where it answers, by name of the project */
            readonly in_service: readonly components["schemas"]["ServicePlace"][];
            readonly name: string;
            /** @description who answers for it on this site; null until a person is named */
            readonly owner: string | null;
            /** @description what its card says that it is for; empty where it does not */
            readonly purpose: string;
            /** @enum {string} */
            readonly state: "registered" | "active" | "retired" | "failed";
            /**
             * Format: date-time
             * @description when it went out of service by itself
             */
            readonly taken_out_at: string | null;
            /** @description why, as one sentence; else empty */
            readonly taken_out_why: string;
            readonly version: string;
        };
        readonly BundleFinding: {
            readonly key: string;
            readonly title: string;
        };
        readonly BundleList: {
            /** @description newest first */
            readonly results: readonly components["schemas"]["BundleDocument"][];
        };
        /**
         * @description What a drag with a button does (the left one has the chosen tool), and the wheel. window_gain: how fast a drag changes
         *     window and level.
         */
        readonly ButtonChoices: {
            /** @enum {string} */
            readonly middle: "pan" | "zoom" | "window" | "none";
            /** @enum {string} */
            readonly right: "pan" | "zoom" | "window" | "none";
            /** @enum {string} */
            readonly wheel: "zoom" | "zoom_reversed" | "cases";
            /**
             * @default usual
             * @enum {string}
             */
            readonly window_gain: "slow" | "usual" | "fast";
        };
        /** @description image, view: for managers only. rows, columns: size of the image in pixels. */
        readonly CaseDocument: {
            readonly code: string;
            readonly columns: number;
            readonly group: string;
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly image?: string;
            /** @enum {string} */
            readonly role: "training" | "scored";
            readonly rows: number;
            readonly stratum: string;
            readonly view?: string;
            readonly void_reason: string;
            /** Format: date-time */
            readonly voided_at: string | null;
        };
        readonly CaseFields: {
            /** @default  */
            readonly group: string;
            /**
             * @default scored
             * @enum {string}
             */
            readonly role: "training" | "scored";
            /** @default  */
            readonly stratum: string;
        };
        /** @description Images of the archive. What is empty or left out is not asked for. failure_site: a code of the failure scheme in force. */
        readonly CaseFilter: {
            readonly bundle?: string | null;
            /** Format: date */
            readonly date_from?: string | null;
            /** Format: date */
            readonly date_to?: string | null;
            /**
             * @default
             * @enum {string}
             */
            readonly decision: "" | "positive" | "negative" | "uncertain" | "refused";
            readonly failure_site?: string | null;
            readonly finding?: string | null;
            readonly has_failure?: boolean | null;
            /**
             * @default
             * @enum {string}
             */
            readonly verdict: "" | "agree" | "false_positive" | "false_negative" | "wrong_place" | "refusal_right" | "refusal_wrong" | "present" | "absent" | "cannot_judge" | "missed_other";
            readonly view?: string | null;
        };
        /**
         * @description How a case opens by the rules of person and project. preset: name of a window; empty: the image's own. remarks: what of the
         *     rules is not known here.
         */
        readonly CaseHanging: {
            /** @enum {string} */
            readonly beside: "prior" | "other_view" | "nothing";
            readonly is_linked: boolean;
            readonly preset: string;
            readonly remarks: readonly string[];
            /** @enum {string} */
            readonly view: "frontal" | "lateral" | "other";
        };
        readonly CaseList: {
            readonly cases: readonly components["schemas"]["CaseDocument"][];
        };
        /** @description What is stated for the image's project. prevalence: of this finding; null where it is not known. */
        readonly CaseMixDocument: {
            readonly images_a_day: number | null;
            readonly prevalence: number | null;
            readonly source: string;
            /** Format: date-time */
            readonly stated_at: string;
            readonly stated_by: string;
        };
        readonly CasesAdded: {
            readonly added: number;
            readonly cases: readonly components["schemas"]["CaseDocument"][];
        };
        /** @description images: ids; or the oldest `limit` images that a filter finds. */
        readonly CasesRequest: {
            readonly filter?: components["schemas"]["CaseFilter"] | null;
            /** @default  */
            readonly group: string;
            readonly images?: [
                string,
                ...string[]
            ] | null;
            readonly limit?: number | null;
            /**
             * @default scored
             * @enum {string}
             */
            readonly role: "training" | "scored";
            /** @default  */
            readonly stratum: string;
        };
        /** @description sha256: over {project, version, bundle_id, body}. is_in_force: candidates are judged by it now. */
        readonly ChangePlanDocument: {
            readonly body: components["schemas"]["PlanBody"];
            readonly bundle_id: string;
            readonly code: string;
            readonly decision: components["schemas"]["PlanDecisionDocument"] | null;
            readonly is_in_force: boolean;
            readonly project: string;
            /** Format: date-time */
            readonly proposed_at: string;
            readonly proposed_by: string;
            readonly reason: string;
            /** @description SHA-256 of the canonical JSON */
            readonly sha256: string;
            readonly version: number;
        };
        /** @description Newest first. defaults: a body to begin with, made from the model in service. */
        readonly ChangePlanList: {
            readonly defaults: {
                readonly [key: string]: unknown;
            };
            readonly plans: readonly components["schemas"]["ChangePlanDocument"][];
        };
        /** @description A plan as an admin proposes it. fires_now: stop rules (S1 ...) that would fire at once, as the admin has seen. */
        readonly ChangePlanRequest: {
            readonly body: components["schemas"]["PlanBody"];
            /** @default [] */
            readonly fires_now: readonly string[];
            readonly reason: string;
        };
        /** @description Codes of one failure; scheme_version is added by the server. */
        readonly Coding: {
            readonly cause: string;
            readonly confidence: number | null;
            readonly item: string;
            readonly laterality: string;
            readonly note: string;
            readonly outcome: string;
            readonly region: components["schemas"]["PixelBox"] | null;
            readonly severity: number | null;
            readonly site: string;
        };
        /** @description The chair's codes for one failure, in codes of the failure scheme in force. attendees: who was at the meeting. */
        readonly CodingDecision: {
            /** @default [] */
            readonly attendees: readonly string[];
            readonly cause?: string | null;
            readonly confidence?: number | null;
            readonly item?: string | null;
            readonly laterality?: string | null;
            readonly note?: string | null;
            readonly outcome?: string | null;
            readonly region?: components["schemas"]["SentBox"] | null;
            readonly severity?: number | null;
            readonly site?: string | null;
        };
        /** @description A failure to be coded. */
        readonly CodingItem: {
            readonly finding: string;
            /** Format: uuid */
            readonly id: string;
            readonly outcome: string;
            readonly predicted_boxes: readonly components["schemas"]["PixelBox"][];
            readonly probability: number | null;
            readonly threshold: number | null;
            readonly truth_boxes: readonly components["schemas"]["PixelBox"][];
        };
        /** @description truth_study: the study whose frozen truth is taken; the own one where it is left out. */
        readonly CollectRequest: {
            /** Format: uuid */
            readonly truth_study?: string | null;
        };
        /**
         * @description One image to lay beside another. study_time: 09:12, or empty. interval: words, empty where a date is missing. same_moment:
         *     date and time are those of the image before it in the list; they then stand by arrival, the last first.
         */
        readonly ComparedImage: {
            readonly code: string;
            readonly days: number | null;
            /** Format: uuid */
            readonly id: string;
            readonly interval: string;
            readonly kind: string;
            readonly modality: string;
            /**
             * @description not_known: a date is missing, or both are of one day and the times do not tell
             * @enum {string}
             */
            readonly order: "earlier" | "not_known";
            readonly remarks: readonly string[];
            /**
             * @description study: of one study; birth_date: both files state the same; id_alone: the birth date is not stated by both
             * @enum {string}
             */
            readonly same_by: "study" | "birth_date" | "id_alone";
            readonly same_moment: boolean;
            readonly study_date: string | null;
            readonly study_time: string;
            readonly view: string;
            readonly warnings: readonly string[];
        };
        /** @description what: `numbers` or a kind of map. largest: |again - stored|, null where it could not be compared; note says why. */
        readonly ComparisonDocument: {
            readonly is_within: boolean;
            readonly largest: number | null;
            readonly note: string;
            readonly title: string;
            readonly tolerance: number | null;
            readonly what: string;
        };
        readonly CopyRequest: {
            readonly title: string;
        };
        /**
         * @description Flagged is a number at or above the threshold. ci: Wilson's 95 % interval at this threshold.
         *
         *     what_if: null without a prevalence.
         */
        readonly CurvePointDocument: {
            readonly sensitivity: components["schemas"]["Estimate"];
            readonly specificity: components["schemas"]["Estimate"];
            readonly threshold: number;
            readonly what_if: components["schemas"]["WhatIf"] | null;
        };
        /** @description attendees: who was at the meeting. */
        readonly DecisionRequest: {
            readonly attendees: [
                string,
                ...string[]
            ];
            readonly note?: string | null;
            readonly regions?: readonly components["schemas"]["SentBox"][] | null;
            /** @enum {string} */
            readonly status: "0" | "1" | "indeterminate";
        };
        readonly DesignPlan: {
            /** @default 0 */
            readonly anchor_cases: number;
            /** @default 1 */
            readonly blocks: number;
            /**
             * @default crossed
             * @enum {string}
             */
            readonly kind: "crossed" | "sequential" | "split_plot" | "anchor_rotate";
            /** @default 2 */
            readonly readers_per_case: number;
            /** @default 1 */
            readonly replicates: number;
        };
        /** @description by: null for what the server noted itself. */
        readonly DeviationDocument: {
            /** Format: date-time */
            readonly at: string;
            readonly by: string | null;
            /** @enum {string} */
            readonly code: "late_read" | "reopened" | "washout_override" | "wrong_display" | "clock" | "interrupted" | "author_of_truth" | "hidden_image" | "other";
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly reading: string | null;
            /** Format: uuid */
            readonly session: string | null;
            readonly text: string;
        };
        readonly DeviationList: {
            readonly deviations: readonly components["schemas"]["DeviationDocument"][];
        };
        readonly DeviationRequest: {
            /** @enum {string} */
            readonly code: "late_read" | "reopened" | "washout_override" | "wrong_display" | "clock" | "interrupted" | "author_of_truth" | "hidden_image" | "other";
            readonly text: string;
        };
        /** @description stopped: why the file holds more than the rows, in a sentence; empty where it does not. */
        readonly DicomHeaderDocument: {
            readonly rows: readonly components["schemas"]["DicomHeaderRow"][];
            readonly stopped: string;
        };
        /**
         * @description One element, in the order of the file. tag: (gggg,eeee). value: text; of bytes "12 bytes"; empty for a sequence or an item.
         *     bytes: of the whole value, where the file states them. is_cut: `value` is its beginning. depth: 0 at the top, 1 for the items of
         *     a sequence there, 2 for their elements.
         */
        readonly DicomHeaderRow: {
            readonly bytes: number;
            readonly depth: number;
            readonly is_cut: boolean;
            readonly is_private: boolean;
            readonly name: string;
            readonly tag: string;
            readonly value: string;
            readonly vr: string;
        };
        readonly DraftDocument: {
            readonly body: components["schemas"]["AnswerBody"];
            readonly revision: number;
            /** Format: date-time */
            readonly saved_at: string;
        };
        readonly DraftReceipt: {
            readonly revision: number;
            /** Format: date-time */
            readonly saved_at: string;
        };
        /** @description base_revision: the revision that the body was made from; 0: none. */
        readonly DraftSent: {
            /** @default 0 */
            readonly base_revision: number;
            /** @description The answers of one stage; a field left out is empty. inadequate: why the image cannot be read, empty = it can. */
            readonly body: {
                readonly active_ms: number | null;
                readonly answers: {
                    readonly [key: string]: (string | number | boolean | readonly string[]) | null;
                };
                readonly codings?: readonly components["schemas"]["Coding"][];
                readonly comment: string;
                readonly first_mark_ms: number | null;
                readonly inadequate: string;
                readonly marks: readonly components["schemas"]["StudyMark"][];
                readonly ratings: {
                    readonly [key: string]: components["schemas"]["FindingAnswer"];
                };
            };
            readonly idempotency_key?: string | null;
            readonly stage: string;
            readonly tab?: string | null;
        };
        /** @description A set that was drawn before, and withdrawn or declined: who may choose among draws may choose their figures. */
        readonly EarlierDraw: {
            readonly by: string;
            readonly code: string;
            readonly images: number;
            /** @enum {string} */
            readonly outcome: "approved" | "declined" | "withdrawn";
            readonly seed: number;
        };
        /** @description share: the part of the picture that was erased, 0 to 1. numbers: one for each filling. */
        readonly ErasedArea: {
            readonly numbers: readonly components["schemas"]["FilledNumber"][];
            readonly share: number;
        };
        /** @description A measured share with its 95 % interval and the number of cases behind it. method: of the interval, where it is said. */
        readonly Estimate: {
            readonly ci: [
                number,
                number
            ] | null;
            readonly method?: string;
            readonly n: number;
            readonly value: number;
        };
        readonly EventsRequest: {
            readonly events: readonly components["schemas"]["SentEvent"][];
        };
        /** @description How well a map finds its finding; data: what it was measured on. */
        readonly Evidence: {
            readonly chance?: number | null;
            readonly ci?: [
                number,
                number
            ] | null;
            readonly data?: string;
            readonly metric: string;
            readonly n?: number;
            readonly value: number;
        };
        /** @description What the file says about the exam, each fact with its sources. */
        readonly ExamDocument: {
            readonly age: components["schemas"]["FactDocument"];
            readonly body_part: components["schemas"]["FactDocument"];
            readonly device: components["schemas"]["FactDocument"];
            readonly intent: components["schemas"]["FactDocument"];
            readonly laterality: components["schemas"]["FactDocument"];
            readonly orientation: components["schemas"]["FactDocument"];
            readonly quality_control: components["schemas"]["FactDocument"];
            readonly view: components["schemas"]["FactDocument"];
        };
        /** @description value: a code, a number or a text, null unless stated; shown: the value for people. */
        readonly FactDocument: {
            readonly shown: string;
            readonly sources: readonly components["schemas"]["SourceDocument"][];
            /** @enum {string} */
            readonly state: "stated" | "not_stated" | "unknown_term" | "contradiction";
            readonly value: (string | number) | null;
        };
        /** @description proposed_site, proposed_laterality: what the page proposed for the place; null where it proposed nothing. */
        readonly FailureDocument: {
            readonly box: components["schemas"]["PixelBox"] | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly cause: string | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly laterality: string;
            /** @enum {string} */
            readonly outcome: "FP" | "FN_IMG" | "FN_LOC" | "FP_LOC";
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly proposed_laterality: string | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly proposed_site: string | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly severity: number | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly site: string;
        };
        /** @description Which failures of which model are coded; an empty object in a study that reads. */
        readonly FailurePlan: {
            /** @default  */
            readonly bundle_id: string;
            /** @default 0.2 */
            readonly double_share: number;
            /** @default [] */
            readonly findings: readonly string[];
            /**
             * @default [
             *       "FP",
             *       "FN_IMG",
             *       "FN_LOC"
             *     ]
             */
            readonly outcomes: readonly ("FP" | "FN_IMG" | "FN_LOC" | "FP_LOC")[];
            /** @default {} */
            readonly thresholds: {
                readonly [key: string]: number;
            };
        };
        /**
         * @description laterality: U where it is left out; cause: may be said later; outcome: that of the verdict, or nothing.
         *
         *     proposed_site, proposed_laterality: what the page proposed for the place, whatever the reader chose.
         */
        readonly FailureRequest: {
            readonly box?: components["schemas"]["ReviewBox"] | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly cause?: string | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly laterality?: string | null;
            readonly outcome?: string | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly proposed_laterality?: string | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly proposed_site?: string | null;
            readonly severity?: number | null;
            /** @description a code of GET /api/failure-scheme/; an old review has one of its own scheme_version */
            readonly site: string;
        };
        /** @description Truth and right or wrong of a training case; explain: empty in arms without a model. */
        readonly FeedbackDocument: {
            readonly explain: string;
            readonly right: {
                readonly [key: string]: boolean | null;
            };
            readonly truth: readonly components["schemas"]["FeedbackTruth"][];
        };
        readonly FeedbackTruth: {
            readonly finding: string;
            readonly regions: readonly components["schemas"]["PixelBox"][];
            readonly status: string;
        };
        readonly FilledNumber: {
            /** @enum {string} */
            readonly decision: "positive" | "negative" | "uncertain" | "refused";
            /** @enum {string} */
            readonly filling: "surroundings" | "mean";
            readonly interval: [
                number,
                number
            ] | null;
            readonly probability: number | null;
            readonly reason: string | null;
        };
        readonly FillingChoice: {
            /** @enum {string} */
            readonly code: "surroundings" | "mean";
            readonly title: string;
        };
        readonly FindingAnswer: {
            readonly action: string;
            readonly rating: number | null;
        };
        readonly FindingCode: {
            readonly meaning: string;
            readonly scheme: string;
            readonly value: string;
        };
        /**
         * @description probability: calibrated; interval: its 95 % range over refits of the calibrator; both null when refused. agreement: of two
         *     maps, where the bundle measured what it is worth and both have positive evidence.
         */
        readonly FindingDocument: {
            readonly agreement?: components["schemas"]["AgreementDocument"];
            readonly boxes: readonly components["schemas"]["ModelBox"][];
            readonly code: components["schemas"]["FindingCode"];
            /** @enum {string} */
            readonly decision: "positive" | "negative" | "uncertain" | "refused";
            readonly interval: [
                number,
                number
            ] | null;
            readonly key: string;
            readonly operating_point: components["schemas"]["OperatingPointDocument"];
            readonly probability: number | null;
            readonly reason: string | null;
            readonly title: string;
        };
        readonly FindingTrend: {
            readonly key: string;
            readonly points: readonly components["schemas"]["TrendPoint"][];
        };
        readonly FirstAnswerDocument: {
            readonly box: components["schemas"]["PixelBox"] | null;
            readonly confidence: number | null;
            readonly finding: string;
            /** @enum {string} */
            readonly says: "present" | "absent" | "cannot_judge";
        };
        /** @description box: source image pixels, only of a finding that is present. */
        readonly FirstAnswerRequest: {
            readonly box?: components["schemas"]["ReviewBox"] | null;
            readonly confidence?: number | null;
            readonly finding: string;
            /** @enum {string} */
            readonly says: "present" | "absent" | "cannot_judge";
        };
        /**
         * @description state: `waiting` = this person answers before the model is shown; `answered`, `shown` (without an answer) = it is open to
         *     them since; `open` = it is drawn, and open to them without a look of theirs; `not_drawn`. looks: own, and once the model is open
         *     those of others too. findings and reasons: what to ask, where it waits.
         */
        readonly FirstLookDocument: {
            readonly findings: readonly components["schemas"]["AskedFinding"][];
            readonly looks: readonly components["schemas"]["FirstLookRow"][];
            readonly reasons: readonly components["schemas"]["ShowReason"][];
            readonly show_url: string;
            /** @enum {string} */
            readonly state: "not_drawn" | "waiting" | "answered" | "shown" | "open";
            readonly url: string;
        };
        /** @description One answer to each finding that is asked. reader: refused (401) unless this person is signed in. */
        readonly FirstLookRequest: {
            readonly answers: readonly components["schemas"]["FirstAnswerRequest"][];
            readonly idempotency_key: string;
            readonly reader?: string | null;
        };
        /** @description kind: what a label made of it is. broken: why the model was shown without an answer; empty where it was answered first. */
        readonly FirstLookRow: {
            readonly answers: readonly components["schemas"]["FirstAnswerDocument"][];
            readonly broken: string;
            readonly bundle: string;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: uuid */
            readonly id: string;
            readonly image_sha256: string;
            readonly is_mine: boolean;
            /** @enum {string} */
            readonly kind: "unaided" | "aided" | "panel" | "imported" | "later";
            readonly probability: number;
            readonly reader: string;
        };
        /** @description A site and a cause that are offered first with a verdict. */
        readonly FirstRow: {
            readonly cause: string;
            readonly outcome: string;
            readonly site: string;
            /** @enum {string} */
            readonly verdict: "agree" | "false_positive" | "false_negative" | "wrong_place" | "refusal_right" | "refusal_wrong" | "present" | "absent" | "cannot_judge" | "missed_other";
        };
        /**
         * @description What readers fill in: no cut, no model, no arm. actions: empty where none is asked for. enhanced: whether they may look at
         *     the picture with its local contrast raised.
         */
        readonly FormDocument: {
            readonly actions: readonly ("none" | "follow_up" | "ct" | "urgent")[];
            readonly comment: boolean;
            readonly enhanced: boolean;
            readonly findings: readonly components["schemas"]["FormFinding"][];
            readonly inadequate: boolean;
            readonly marks: readonly ("box" | "point")[];
            readonly questions: readonly components["schemas"]["ProtocolQuestion"][];
        };
        /** @description min, max: lowest and highest rating of the scale. keys: digit on the keyboard, and the rating that it gives. */
        readonly FormFinding: {
            readonly code: string;
            readonly keys: {
                readonly [key: string]: number;
            };
            readonly label: string;
            readonly max: number;
            readonly min: number;
            readonly order: number;
            readonly scale: string;
        };
        /** @description already: a case of the study shows it. */
        readonly FoundImage: {
            readonly already: boolean;
            readonly code: string;
            /** Format: uuid */
            readonly id: string;
            readonly study_date: string | null;
            readonly view: string;
        };
        /** @description count: of all that the filter finds; images: the first of them. */
        readonly FoundImages: {
            readonly count: number;
            readonly images: readonly components["schemas"]["FoundImage"][];
        };
        readonly FrameQuality: {
            readonly lossy_source: boolean;
            readonly method: string | null;
            readonly ratio: number | null;
            readonly warnings: readonly string[];
        };
        /**
         * @description One comparison. margin: how much worse the candidate may be, overall; subgroup_margin: in each subgroup, null where it is not
         *     asked there.
         */
        readonly Gate: {
            /** @enum {string} */
            readonly key: "auc" | "sensitivity" | "specificity" | "calibration_slope" | "calibration_intercept" | "map_pointing" | "refusal_rate" | "latency" | "memory";
            readonly margin: number;
            readonly subgroup_margin?: number | null;
        };
        /** @description passed: null when the value is not known. state: of the fact that was asked; older results have none. */
        readonly GateCheckDocument: {
            readonly allowed: unknown;
            readonly name: string;
            readonly passed: boolean | null;
            /** @enum {string|null} */
            readonly state?: "stated" | "not_stated" | "unknown_term" | "contradiction" | null;
            readonly text: string;
            readonly value: unknown;
        };
        readonly GateDocument: {
            readonly checks: readonly components["schemas"]["GateCheckDocument"][];
            /** @enum {string} */
            readonly verdict: "pass" | "refused" | "unknown";
        };
        /** @description version: of this form, 1. */
        readonly HangingChoices: {
            readonly rules: components["schemas"]["HangingRulesByView"];
            /** @enum {integer} */
            readonly version: 1;
        };
        /** @description How a case opens; an empty text leaves a part to the rule for any view, and there to the project. */
        readonly HangingRule: {
            /**
             * @description empty: not said
             * @enum {string}
             */
            readonly beside: "" | "prior" | "other_view" | "nothing";
            /**
             * @description empty: not said
             * @enum {string}
             */
            readonly linked: "" | "linked" | "apart";
            /**
             * @description empty: not said
             * @enum {string}
             */
            readonly preset: "" | "As acquired" | "Auto" | "Lungs" | "Mediastinum" | "Bone / lines" | "Full range";
        };
        /** @description A `HangingRule` for another view, or none stated: its study has no other view of it. */
        readonly HangingRuleOfOther: {
            /**
             * @description empty: not said
             * @enum {string}
             */
            readonly beside: "" | "prior" | "nothing";
            /**
             * @description empty: not said
             * @enum {string}
             */
            readonly linked: "" | "linked" | "apart";
            /**
             * @description empty: not said
             * @enum {string}
             */
            readonly preset: "" | "As acquired" | "Auto" | "Lungs" | "Mediastinum" | "Bone / lines" | "Full range";
        };
        /** @description A rule for each view. */
        readonly HangingRulesByView: {
            readonly any: components["schemas"]["HangingRule"];
            readonly frontal: components["schemas"]["HangingRule"];
            readonly lateral: components["schemas"]["HangingRule"];
            readonly other: components["schemas"]["HangingRuleOfOther"];
        };
        /**
         * @description Description of one display frame (uint16 little-endian, row by row). A study's case leaves out the last two.
         *
         *     opening: index of the preset that a page opens with.
         */
        readonly HeaderDocument: {
            readonly bytes: number;
            readonly columns: number;
            readonly decoder?: string;
            readonly frame: string;
            readonly inverted: boolean;
            readonly laterality: string;
            readonly opening: number;
            readonly orientation: string;
            readonly padded: boolean;
            readonly pixel_sha256?: string;
            readonly placement: components["schemas"]["PlacementDocument"];
            readonly presets: readonly components["schemas"]["PresetItem"][];
            readonly quality: components["schemas"]["FrameQuality"];
            readonly rows: number;
            readonly sample_max: number;
            readonly sample_min: number;
            readonly sha256: string;
            readonly spacing: components["schemas"]["PixelSpacing"];
            readonly value: components["schemas"]["SampleValue"];
            readonly view: string;
            readonly voi: readonly components["schemas"]["VoiItem"][];
        };
        /** @description look_first_project: the name of the image's project where it asks its readers to look first, else empty. */
        readonly ImageFacts: {
            readonly accession: string;
            readonly code: string;
            readonly columns: number;
            readonly id: string;
            readonly laterality: string;
            readonly look_first_project: string;
            readonly modality: string;
            readonly patient: components["schemas"]["PatientFacts"];
            readonly rows: number;
            readonly sop_instance_uid: string;
            readonly study_date: string | null;
            readonly view: string;
            readonly warnings: readonly string[];
        };
        /** @description What answered at a moment. A result that began before a change may end after it. */
        readonly InService: {
            /** Format: date-time */
            readonly at: string;
            /** @description SHA-256 of the bundle; null when none answered or it is not known */
            readonly bundle_id: string | null;
            /** @description who put it there; null for the command line, the service itself, or where not known */
            readonly by: string | null;
            /** @enum {string|null} */
            readonly how: "put_in_service" | "rolled_back" | "taken_out" | "found" | null;
            readonly name: string | null;
            /** @description a finding that is not here had the bundle's own point */
            readonly points: readonly components["schemas"]["ApprovedPoint"][];
            /** @description as stated then, by finding, 0 to 1 */
            readonly prevalences: {
                readonly [key: string]: number;
            };
            /**
             * Format: date-time
             * @description null before the first change that is known
             */
            readonly since: string | null;
            /**
             * Format: date-time
             * @description null while it lasts, and where the record does not tell
             */
            readonly until: string | null;
            readonly version: string | null;
            /** @description why it was taken out, or where this is known from; else empty */
            readonly why: string;
        };
        /** @description Why a run failed, or why it was not started. */
        readonly JobError: {
            readonly code: string;
            readonly text: string;
        };
        /**
         * @description value: 1 present, 0 absent. probability: with which chance had asked for the first look that it is; null for another label,
         *     absent in sets of before this was kept.
         */
        readonly KeptLabel: {
            readonly boxes: readonly components["schemas"]["PixelBox"][];
            readonly finding: string;
            /** @enum {string} */
            readonly kind: "panel" | "unaided" | "drawn";
            readonly probability?: number | null;
            readonly source: string;
            readonly value: number;
        };
        /** @description keys: by action, only those that are not the usual ones; none: the action has no key. version: of this form, 1. */
        readonly KeyChoices: {
            readonly buttons: components["schemas"]["ButtonChoices"];
            readonly keys: {
                readonly [key: string]: readonly string[];
            };
            /** @enum {integer} */
            readonly version: 1;
        };
        /**
         * @description truths: those that are open to this person, oldest first; none before the own answer, whether there are any or not.
         *     choices: null for people who may not enter any.
         */
        readonly LaterTruthDocument: {
            readonly choices: components["schemas"]["TruthChoices"] | null;
            readonly truths: readonly components["schemas"]["LaterTruthRow"][];
        };
        /**
         * @description finding: key of a finding of the model in service, or none and a term of GET /api/failure-scheme/. exam_date: of the later
         *     examination. box: source image pixels, only of a finding that was present. reader: refused (401) unless this person is
         *     signed in.
         */
        readonly LaterTruthRequest: {
            readonly box?: components["schemas"]["ReviewBox"] | null;
            /** Format: date */
            readonly exam_date: string;
            readonly finding?: string | null;
            readonly idempotency_key: string;
            /** @default  */
            readonly note: string;
            readonly reader?: string | null;
            /** @enum {string} */
            readonly says: "present" | "absent" | "cannot_judge";
            /** @enum {string} */
            readonly source: "ct" | "follow_up" | "microbiology" | "pathology" | "other";
            readonly term?: string | null;
        };
        /** @description finding: empty where a term is spoken of. days_after: from the study to the later examination; null without a study date. */
        readonly LaterTruthRow: {
            readonly box: components["schemas"]["PixelBox"] | null;
            /** Format: date-time */
            readonly created_at: string;
            readonly days_after: number | null;
            readonly entered_by: string;
            /** Format: date */
            readonly exam_date: string;
            readonly finding: string;
            /** Format: uuid */
            readonly id: string;
            readonly is_mine: boolean;
            /** @enum {string} */
            readonly kind: "unaided" | "aided" | "panel" | "imported" | "later";
            readonly note: string;
            /** @enum {string} */
            readonly says: "present" | "absent" | "cannot_judge";
            /** @enum {string} */
            readonly source: "ct" | "follow_up" | "microbiology" | "pathology" | "other";
            readonly source_title: string;
            readonly term: string;
            readonly title: string;
        };
        /** @description mine: whether the tab that asks may write. */
        readonly LeaseDocument: {
            readonly mine: boolean;
            /** Format: date-time */
            readonly until: string;
        };
        /** @description Below these a gate gives no verdict but "not enough cases". */
        readonly LeastNumbers: {
            readonly in_subgroup: number;
            readonly negatives: number;
            readonly positives: number;
        };
        /** @description The first of two people asked for the lock. */
        readonly LockAnswer: {
            /** Format: date-time */
            readonly at: string;
            readonly by: string;
            readonly problems: readonly components["schemas"]["ProblemDocument"][];
            readonly state: string;
        };
        /** @description One link of the hash chain. */
        readonly LockDocument: {
            /** Format: date-time */
            readonly at: string;
            readonly by: string;
            /** @enum {string} */
            readonly kind: "protocol" | "reading" | "truth" | "study";
            /** Format: uuid */
            readonly object: string;
            readonly object_sha256: string;
            readonly prev_sha256: string;
            readonly sequence: number;
            readonly sha256: string;
        };
        /** @description faults: what is wrong with the chain, in sentences. */
        readonly LockList: {
            readonly faults: readonly string[];
            readonly intact: boolean;
            readonly locks: readonly components["schemas"]["LockDocument"][];
        };
        readonly LockRequested: {
            /** Format: date-time */
            readonly at: string | null;
            readonly by: string;
        };
        readonly LockedAnswer: {
            readonly body: components["schemas"]["AnswerBody"];
            readonly receipt: components["schemas"]["Receipt"];
        };
        /** @description head: the part of the network that the maps explain. */
        readonly MapDocument: {
            readonly evidence: readonly (components["schemas"]["Evidence"] | null)[];
            readonly findings: readonly string[];
            readonly head: string;
            readonly height: number;
            readonly is_zero: readonly boolean[];
            /** @enum {string} */
            readonly kind: "gradcam" | "classmaps";
            readonly maximum: readonly number[];
            readonly method: string;
            readonly minimum: readonly number[];
            readonly region: [
                number,
                number,
                number,
                number
            ];
            /** @enum {string} */
            readonly scale: "absolute" | "relative";
            readonly threshold: readonly number[];
            readonly width: number;
        };
        readonly MemberDocument: {
            readonly end_reason: string;
            /** Format: date-time */
            readonly ended_at: string | null;
            /** Format: uuid */
            readonly id: string;
            readonly is_chair: boolean;
            /** @enum {string} */
            readonly role: "manager" | "reader" | "panel" | "statistician" | "auditor";
            /** Format: date-time */
            readonly since: string;
            readonly username: string;
        };
        readonly MemberList: {
            readonly members: readonly components["schemas"]["MemberDocument"][];
        };
        /** @description Readers are added at their own address. */
        readonly MemberRequest: {
            /** @default false */
            readonly is_chair: boolean;
            /** @enum {string} */
            readonly role: "manager" | "panel" | "statistician" | "auditor";
            readonly username: string;
        };
        /** @description A predicted box. map: kind of map it comes from; score: the map's highest value inside. */
        readonly ModelBox: {
            readonly h: number;
            readonly map: string;
            /** @enum {string} */
            readonly rule: "classmap-fixed" | "mass95" | "component";
            readonly score: number;
            readonly w: number;
            readonly x: number;
            readonly y: number;
        };
        /** @description Per image, in findings found (Vickers & Elkin 2006). cost_of_flag: of one in vain, t / (1 - t). */
        readonly NetBenefit: {
            readonly cost_of_flag: number;
            readonly model: number;
            readonly read_all: number;
            readonly read_none: number;
        };
        /** @description What a reader does next; the rest as far as the state has it. */
        readonly NextDocument: {
            readonly assignment: components["schemas"]["AssignmentDocument"] | null;
            /** Format: date-time */
            readonly opens_at: string | null;
            readonly opens_on: string | null;
            readonly session: components["schemas"]["SessionDocument"] | null;
            /** @enum {string} */
            readonly state: "reading" | "open_session" | "washout" | "done" | "paused" | "study_not_open";
        };
        /** @description take_over: gives this tab the right to write. */
        readonly NextRequest: {
            /** @default false */
            readonly take_over: boolean;
        };
        /** @description code: not_frontal, not_chest, too_small, blank or no_thorax. */
        readonly NoProposal: {
            readonly code: string;
            readonly text: string;
        };
        /** @description code: not_frontal, not_chest, too_small, blank or no_thorax. */
        readonly NoStructures: {
            readonly code: string;
            readonly text: string;
        };
        /** @description What REST framework answers where a person may not, or nothing is there. */
        readonly NotAllowed: {
            readonly detail: string;
        };
        /**
         * @description looks_so_far: the number of the last look at it or at a locked set that shares patients with it; looks go on from there.
         *     drawn_before: since the last set that was locked. changed_labels: how many labels that the caller may know would be another
         *     today.
         */
        readonly OneReferenceSetDocument: {
            readonly changed_labels: number;
            readonly code: string;
            readonly decision: components["schemas"]["PlanDecisionDocument"] | null;
            readonly drawn_before: readonly components["schemas"]["EarlierDraw"][];
            readonly image_count: number;
            readonly is_in_force: boolean;
            readonly looks: number;
            readonly looks_so_far: number;
            readonly project: string;
            /** Format: date-time */
            readonly proposed_at: string;
            readonly proposed_by: string;
            readonly reason: string;
            readonly rule: components["schemas"]["ReferenceRule"] | null;
            /** @description SHA-256 of the canonical JSON */
            readonly sha256: string | null;
            readonly shares_with: readonly components["schemas"]["SharedImages"][];
            readonly version: number;
            readonly withheld: number;
            readonly withheld_why: string | null;
        };
        /** @description `POST /api/images/{id}/opening/`: what a page needs for the case that it goes on to. */
        readonly OpenedCase: {
            readonly boot: components["schemas"]["BootDocument"];
            readonly place: components["schemas"]["Place"];
        };
        /** @description `POST …/priors/{prior}/opening/`: which image may be shown now. */
        readonly OpenedPrior: {
            /** Format: uuid */
            readonly image: string;
        };
        /**
         * @description The measured ROC of one finding of the bundle that gave the result, thresholds falling, the point of the result among them.
         *
         *     in_force: index of that point. notes: what cannot be said and why, in sentences. points is empty where nothing was measured.
         */
        readonly OperatingCurve: {
            readonly bundle: string;
            readonly case_mix: components["schemas"]["CaseMixDocument"] | null;
            readonly finding: string;
            /** @description index in points of the operating point that the result was given at */
            readonly in_force: number | null;
            readonly measured_on: string;
            readonly negatives: number | null;
            readonly notes: readonly string[];
            readonly points: readonly components["schemas"]["CurvePointDocument"][];
            readonly positives: number | null;
            /** Format: uuid */
            readonly prediction: string;
            readonly probability: number | null;
            readonly title: string;
        };
        /** @description The point that the word was given at. project_version: of one that the project approved; without it, the bundle's own. */
        readonly OperatingPointDocument: {
            readonly project_version?: number;
            readonly sensitivity: components["schemas"]["Estimate"];
            readonly specificity: components["schemas"]["Estimate"];
            readonly threshold: number;
        };
        /** @description A `ButtonChoices` as it is answered. */
        readonly OwnButtons: {
            /** @enum {string} */
            readonly middle: "pan" | "zoom" | "window" | "none";
            /** @enum {string} */
            readonly right: "pan" | "zoom" | "window" | "none";
            /** @enum {string} */
            readonly wheel: "zoom" | "zoom_reversed" | "cases";
            /** @enum {string} */
            readonly window_gain: "slow" | "usual" | "fast";
        };
        /** @description A `HangingChoices` as it is answered; what of stored rules is not known here is left out. */
        readonly OwnHanging: {
            readonly rules: components["schemas"]["OwnRulesByView"];
            readonly version: number;
        };
        /** @description A `KeyChoices` as it is answered. */
        readonly OwnKeys: {
            readonly buttons: components["schemas"]["OwnButtons"];
            readonly keys: {
                readonly [key: string]: readonly string[];
            };
            readonly version: number;
        };
        /** @description A `HangingRule` as it is answered. */
        readonly OwnRule: {
            /** @enum {string} */
            readonly beside: "" | "prior" | "other_view" | "nothing";
            /** @enum {string} */
            readonly linked: "" | "linked" | "apart";
            /** @enum {string} */
            readonly preset: "" | "As acquired" | "Auto" | "Lungs" | "Mediastinum" | "Bone / lines" | "Full range";
        };
        /** @description A `HangingRulesByView` as it is answered. */
        readonly OwnRulesByView: {
            readonly any: components["schemas"]["OwnRule"];
            readonly frontal: components["schemas"]["OwnRule"];
            readonly lateral: components["schemas"]["OwnRule"];
            readonly other: components["schemas"]["OwnRule"];
        };
        /**
         * @description As the file states them; age: "63 y" or "18 mo"; empty when not known. age_problem: what the sources of the age say
         *     where they contradict each other or cannot be read, else empty.
         */
        readonly PatientFacts: {
            readonly age: string;
            readonly age_problem: string;
            readonly birth_date: string;
            readonly id: string;
            readonly name: string;
            readonly sex: string;
        };
        /** @description Source image pixels; the corner of the first pixel is (0, 0). */
        readonly PixelBox: {
            readonly h: number;
            readonly w: number;
            readonly x: number;
            readonly y: number;
        };
        /** @description Millimetres are null where `kind` is uncalibrated. factor: magnification that was divided out. */
        readonly PixelSpacing: {
            readonly aspect: [
                number,
                number
            ] | null;
            readonly column_mm: number | null;
            readonly factor: number;
            readonly kind: string;
            readonly row_mm: number | null;
            readonly source: string | null;
        };
        /**
         * @description Of a case in its list: ids before and after it (null at the ends), those after it that may be fetched ahead, nearest
         *     first, and "4" of "10,000+".
         */
        readonly Place: {
            readonly ahead: readonly string[];
            readonly count: string;
            readonly next: string | null;
            readonly position: string;
            readonly previous: string | null;
        };
        /**
         * @description How the stored picture is brought to L\F, and where its columns (right) and rows (down) run to: one to three of
         *     L R H F A P, empty where the file does not say. side_not_stated: of a frontal film alone.
         */
        readonly PlacementDocument: {
            readonly down: string;
            readonly right: string;
            readonly side_not_stated: boolean;
            readonly turn: components["schemas"]["TurnDocument"];
        };
        /**
         * @description A change plan. findings: those whose gates are asked; the primary one is among them. approvers: roles one of whose people,
         *     other than the author, approves plans and locks reference sets. most_looks: how often candidates
         *     may be measured on one version of the reference set. alpha: one-sided chance that a candidate outside a gate passes it. power:
         *     chance that one as good as it should be passes all of them, which says how many cases are needed.
         */
        readonly PlanBody: {
            readonly alpha: number;
            readonly approvers: readonly ("manager" | "admin")[];
            readonly findings: readonly string[];
            readonly gates: readonly components["schemas"]["Gate"][];
            readonly least: components["schemas"]["LeastNumbers"];
            readonly may_change: readonly ("data" | "weights" | "calibration" | "operating_points")[];
            readonly most_looks: number;
            /** @enum {string} */
            readonly multiplicity: "all_must_pass";
            /** @default 0.8 */
            readonly power: number;
            readonly primary_finding: string;
            readonly silent_trial?: components["schemas"]["SilentTrial"] | null;
            readonly stop_rules: readonly components["schemas"]["StopRule"][];
            readonly subgroups: readonly string[];
        };
        /** @description by, at: who decided, when. */
        readonly PlanDecisionDocument: {
            /** Format: date-time */
            readonly at: string;
            readonly by: string;
            readonly note: string;
            /** @enum {string} */
            readonly outcome: "approved" | "declined" | "withdrawn";
        };
        /** @description How a proposal ends. withdrawn: by who proposed it. fires_now: of a plan, as when it is proposed. */
        readonly PlanDecisionRequest: {
            /** @default [] */
            readonly fires_now: readonly string[];
            /** @default  */
            readonly note: string;
            /** @enum {string} */
            readonly outcome: "approved" | "declined" | "withdrawn";
        };
        /** @description A run with its answer; gate null and the lists empty until it has succeeded. */
        readonly PredictionDocument: {
            readonly attempt: number;
            /** @description SHA-256 in hexadecimal digits; empty before the result */
            readonly bundle: string;
            readonly bundle_name: string;
            readonly bundle_version: string;
            readonly cancel_requested: boolean;
            /** Format: date-time */
            readonly created_at: string;
            readonly error: components["schemas"]["JobError"] | null;
            readonly findings: readonly components["schemas"]["FindingDocument"][];
            /** Format: date-time */
            readonly finished_at: string | null;
            readonly gate: components["schemas"]["GateDocument"] | null;
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly image: string;
            /** @description SHA-256 in hexadecimal digits; empty before the result */
            readonly image_sha256: string;
            /** @description SHA-256 in hexadecimal digits; empty before the result */
            readonly input_sha256: string;
            readonly maps: readonly components["schemas"]["MapDocument"][];
            /** @description execution provider that computed it */
            readonly provider: string;
            /** Format: date-time */
            readonly started_at: string | null;
            /** @enum {string} */
            readonly state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            /** @description why a queued run cannot start yet */
            readonly waiting_for: string;
        };
        readonly PredictionList: {
            /** @description newest first */
            readonly results: readonly components["schemas"]["PredictionDocument"][];
        };
        /** @description A window on a key; center and width where it is a window of the file. */
        readonly PresetItem: {
            readonly center?: number | null;
            readonly frame: string;
            readonly key: number;
            readonly lower: number;
            readonly name: string;
            readonly upper: number;
            readonly width?: number | null;
        };
        /**
         * @description priors: earlier ones, the latest first, then those whose order is not known; further: how many more there are. companions:
         *     of the same study, the other view. problem: why none can be named. leaves_out: a study of this person is under way, and whatever
         *     it hides is not in the lists, of this patient or not.
         */
        readonly PriorImages: {
            readonly companions: readonly components["schemas"]["ComparedImage"][];
            readonly further: number;
            /** Format: uuid */
            readonly image: string;
            readonly leaves_out: boolean;
            readonly priors: readonly components["schemas"]["ComparedImage"][];
            readonly problem: components["schemas"]["RefusalBody"] | null;
        };
        /** @description One of three: a structure by its code, a box, or strokes of the eraser. */
        readonly ProbeArea: {
            readonly box?: components["schemas"]["ReviewBox"] | null;
            readonly strokes?: readonly components["schemas"]["ProbeStroke"][] | null;
            /** @enum {string|null} */
            readonly structure?: "right_lung" | "left_lung" | "right_lung_upper" | "right_lung_lower" | "left_lung_upper" | "left_lung_lower" | "heart" | "corners" | "around" | null;
        };
        /** @description What can be erased by name. problem: why nothing is offered. */
        readonly ProbeChoices: {
            readonly fillings: readonly components["schemas"]["FillingChoice"][];
            readonly most_areas: number;
            readonly problem: components["schemas"]["NoStructures"] | null;
            readonly structures: readonly components["schemas"]["ProbeStructure"][];
        };
        /** @description One question; result is null until its job has succeeded. It is forgotten after a day. */
        readonly ProbeDocument: {
            readonly areas: readonly components["schemas"]["ProbeStructure"][];
            /** @description SHA-256 in hexadecimal digits; empty before the result */
            readonly bundle: string;
            readonly error: components["schemas"]["JobError"] | null;
            readonly finding: string;
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly image: string;
            /** Format: uuid */
            readonly prediction: string;
            readonly result: components["schemas"]["ProbeResult"] | null;
            /** @enum {string} */
            readonly state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            readonly waiting_for: string;
        };
        /** @description As a prediction says it of the finding: null where the model refuses the picture, with the reason. */
        readonly ProbeNumber: {
            /** @enum {string} */
            readonly decision: "positive" | "negative" | "uncertain" | "refused";
            readonly interval: [
                number,
                number
            ] | null;
            readonly probability: number | null;
            readonly reason: string | null;
        };
        /** @description Source image pixels; the corner of the first pixel is (0, 0). */
        readonly ProbePoint: {
            readonly x: number;
            readonly y: number;
        };
        /** @description prediction: the result that is shown, which must have a number for the finding. */
        readonly ProbeRequest: {
            readonly areas: readonly components["schemas"]["ProbeArea"][];
            readonly finding: string;
            readonly prediction: string;
        };
        /** @description before: of the whole picture, in the same run. erased: in the order of the areas. */
        readonly ProbeResult: {
            readonly before: components["schemas"]["ProbeNumber"];
            readonly erased: readonly components["schemas"]["ErasedArea"][];
            readonly provider: string;
        };
        /** @description A brush of `radius` along points. */
        readonly ProbeStroke: {
            readonly points: readonly components["schemas"]["ProbePoint"][];
            readonly radius: number;
        };
        /** @description code: null of an area that the reader gave. holes: what inside the outlines is not erased. */
        readonly ProbeStructure: {
            /** @enum {string|null} */
            readonly code: "right_lung" | "left_lung" | "right_lung_upper" | "right_lung_lower" | "left_lung_upper" | "left_lung_lower" | "heart" | "corners" | "around" | null;
            readonly holes: readonly (readonly [
                number,
                number
            ][])[];
            readonly outlines: readonly (readonly [
                number,
                number
            ][])[];
            readonly title: string;
        };
        /** @description What must be put right first. field: a path; text: value and what is allowed. */
        readonly ProblemDocument: {
            readonly code: string;
            readonly field: string;
            readonly text: string;
        };
        readonly ProgressDocument: {
            readonly readers: readonly components["schemas"]["ReaderProgress"][];
        };
        /** @description label: neutral, readers see it; thresholds: by finding, in place of the bundle's operating points. */
        readonly ProtocolArm: {
            /** @default [] */
            readonly ai_layers: readonly ("score" | "boxes" | "gradcam" | "wildcat")[];
            /** @default  */
            readonly bundle_id: string;
            readonly code: string;
            /** @enum {string} */
            readonly kind: "unaided" | "aided_concurrent" | "aided_second_read" | "ai_alone" | "failure_coding";
            /** @default  */
            readonly label: string;
            /** @default {} */
            readonly thresholds: {
                readonly [key: string]: number;
            };
        };
        /** @description The body of a protocol. What is left out takes its default. */
        readonly ProtocolBody: {
            /** @default [] */
            readonly arms: readonly components["schemas"]["ProtocolArm"][];
            /** @default false */
            readonly debrief: boolean;
            /**
             * @default {
             *       "anchor_cases": 0,
             *       "blocks": 1,
             *       "kind": "crossed",
             *       "readers_per_case": 2,
             *       "replicates": 1
             *     }
             */
            readonly design: components["schemas"]["DesignPlan"];
            /**
             * @default {
             *       "bundle_id": "",
             *       "double_share": 0.2,
             *       "findings": [],
             *       "outcomes": [
             *         "FP",
             *         "FN_IMG",
             *         "FN_LOC"
             *       ],
             *       "thresholds": {}
             *     }
             */
            readonly failure: components["schemas"]["FailurePlan"];
            /** @default [] */
            readonly findings: readonly components["schemas"]["ProtocolFinding"][];
            /** @default false */
            readonly panel_may_read: boolean;
            /** @default [] */
            readonly questions: readonly components["schemas"]["ProtocolQuestion"][];
            /**
             * @default {
             *       "actions": true,
             *       "as_labels": null,
             *       "comment": true,
             *       "display_check": null,
             *       "enhanced": null,
             *       "feedback": false,
             *       "inadequate": true,
             *       "marks": [
             *         "box"
             *       ]
             *     }
             */
            readonly reading: components["schemas"]["ReadingPlan"];
            /**
             * @default {
             *       "alpha": 0.05,
             *       "covariance": "jackknife",
             *       "fom": "auc",
             *       "hit_rule": "centre",
             *       "method": "or",
             *       "primary_finding": "",
             *       "secondaries": [],
             *       "tests": []
             *     }
             */
            readonly statistics: components["schemas"]["StatisticsPlan"];
            /**
             * @default {
             *       "attempts": 2,
             *       "pass_share": 0.8
             *     }
             */
            readonly training: components["schemas"]["TrainingPlan"];
            /**
             * @default {
             *       "merge_iou": 0.5,
             *       "rule": "two_plus_one",
             *       "votes": 2
             *     }
             */
            readonly truth: components["schemas"]["TruthPlan"];
            /**
             * @default {
             *       "min_days": 28
             *     }
             */
            readonly washout: components["schemas"]["WashoutPlan"];
        };
        /** @description body: complete, with every default. */
        readonly ProtocolDocument: {
            readonly body: {
                readonly [key: string]: unknown;
            };
            /** Format: date-time */
            readonly frozen_at: string | null;
            readonly problems: readonly components["schemas"]["ProblemDocument"][];
            readonly sha256: string;
            readonly version: number;
        };
        /** @description cut: call = rating >= cut. label: the code where it is left out. */
        readonly ProtocolFinding: {
            readonly code: string;
            /** @default 50 */
            readonly cut: number;
            /** @default  */
            readonly label: string;
            /** @default false */
            readonly primary: boolean;
            /**
             * @default 0-100
             * @enum {string}
             */
            readonly scale: "0-100" | "1-5" | "1-7";
        };
        /** @description Which protocol is in force; frozen: at the opening. */
        readonly ProtocolMark: {
            readonly frozen: boolean;
            readonly sha256: string;
            readonly version: number;
        };
        /** @description min, max, step: of numbers; regex: of texts; options: of choices. label: the code where it is left out. */
        readonly ProtocolQuestion: {
            readonly code: string;
            /** @default  */
            readonly label: string;
            readonly max?: number | null;
            readonly min?: number | null;
            /** @default [] */
            readonly options: readonly string[];
            readonly regex?: string | null;
            /** @default false */
            readonly required: boolean;
            readonly step?: number | null;
            /** @enum {string} */
            readonly type: "choice" | "multi" | "number" | "text" | "boolean";
        };
        /** @description username: for managers only. */
        readonly ReaderDocument: {
            readonly code: string;
            readonly group: string;
            /** Format: uuid */
            readonly id: string;
            /** @enum {string} */
            readonly state: "active" | "withdrawn";
            readonly subspecialty: string;
            readonly username?: string;
            readonly years: number | null;
        };
        /** @description years: of reading chest radiographs. */
        readonly ReaderFields: {
            /** @default  */
            readonly group: string;
            /** @default  */
            readonly subspecialty: string;
            readonly years?: number | null;
        };
        readonly ReaderList: {
            readonly readers: readonly components["schemas"]["ReaderDocument"][];
        };
        readonly ReaderName: {
            readonly username: string;
        };
        /** @description done, total: scored cases. */
        readonly ReaderProgress: {
            readonly done: number;
            readonly reader: string;
            readonly sessions: readonly components["schemas"]["SessionDocument"][];
            readonly state: string;
            readonly total: number;
        };
        readonly ReaderRequest: {
            /** @default  */
            readonly group: string;
            /** @default  */
            readonly subspecialty: string;
            readonly username: string;
            readonly years?: number | null;
        };
        /**
         * @description display_check (asked for), enhanced (readers may raise local contrast), as_labels (after the lock what was said before
         *     the model may label images): null as in protocols from before there were these: no. Their bytes, and so their hashes, stay.
         */
        readonly ReadingPlan: {
            /** @default true */
            readonly actions: boolean;
            readonly as_labels?: boolean | null;
            /** @default true */
            readonly comment: boolean;
            readonly display_check?: boolean | null;
            readonly enhanced?: boolean | null;
            /** @default false */
            readonly feedback: boolean;
            /** @default true */
            readonly inadequate: boolean;
            /**
             * @default [
             *       "box"
             *     ]
             */
            readonly marks: readonly ("box" | "point")[];
        };
        readonly ReadingUrls: {
            readonly events: string;
            readonly frame: string;
            readonly header: string;
            readonly list: string;
            readonly predictions: string;
            readonly probes: string;
            readonly reviews: string;
            readonly scheme: string;
            readonly sign_in: string;
            readonly site_proposals: string;
        };
        readonly ReasonRequest: {
            readonly reason: string;
        };
        /** @description Proof of a lock. next_stage: only in the answer to the lock itself. */
        readonly Receipt: {
            readonly chain_sha256: string | null;
            /** Format: date-time */
            readonly locked_at: string | null;
            /** @enum {string|null} */
            readonly next_stage?: "unaided" | "aided" | "coding" | null;
            readonly sha256: string;
        };
        /** @description changed_labels: how many labels would be another today, as who locks the set has seen it; needed where there are any. */
        readonly ReferenceDecisionRequest: {
            readonly changed_labels?: number | null;
            /** @default [] */
            readonly fires_now: readonly string[];
            /** @default  */
            readonly note: string;
            /** @enum {string} */
            readonly outcome: "approved" | "declined" | "withdrawn";
        };
        /**
         * @description is_positive: of the rule's first finding. It, stratum, both probabilities and labels are null where a study or a first look
         *     hides the image from the caller.
         */
        readonly ReferenceImageDocument: {
            readonly draw_probability: number | null;
            /** Format: uuid */
            readonly image: string;
            readonly is_positive: boolean | null;
            readonly labels: readonly components["schemas"]["KeptLabel"][] | null;
            readonly pixel_sha256: string;
            readonly probability: number | null;
            readonly stored_sha256: string;
            readonly stratum: string | null;
        };
        /**
         * @description findings: whose labels are kept; an image is taken in with a label of the first, which is its class. origins: what a label
         *     may rest on. images: how many; null for all that there are. positive_share: of the first finding among them, null for as they
         *     come. strata: within which the draw is even. least_positives, least_negatives: of every finding.
         */
        readonly ReferenceRule: {
            readonly findings: readonly string[];
            readonly images?: number | null;
            readonly least_negatives: number;
            readonly least_positives: number;
            /**
             * @default [
             *       "panel",
             *       "unaided"
             *     ]
             */
            readonly origins: readonly ("panel" | "unaided" | "drawn")[];
            readonly positive_share?: number | null;
            readonly seed: number;
            /** @default [] */
            readonly strata: readonly ("view" | "sex")[];
        };
        /**
         * @description sha256: over {project, version, rule, images}. looks: how often candidates were measured on it. withheld: how many images a
         *     study or a first look hides from the caller; while any is, sha256 and rule are null, and withheld_why says so.
         */
        readonly ReferenceSetDocument: {
            readonly code: string;
            readonly decision: components["schemas"]["PlanDecisionDocument"] | null;
            readonly image_count: number;
            readonly is_in_force: boolean;
            readonly looks: number;
            readonly project: string;
            /** Format: date-time */
            readonly proposed_at: string;
            readonly proposed_by: string;
            readonly reason: string;
            readonly rule: components["schemas"]["ReferenceRule"] | null;
            /** @description SHA-256 of the canonical JSON */
            readonly sha256: string | null;
            readonly version: number;
            readonly withheld: number;
            readonly withheld_why: string | null;
        };
        /** @description With its images, by id. */
        readonly ReferenceSetExport: {
            readonly changed_labels: number;
            readonly code: string;
            readonly decision: components["schemas"]["PlanDecisionDocument"] | null;
            readonly drawn_before: readonly components["schemas"]["EarlierDraw"][];
            readonly image_count: number;
            readonly images: readonly components["schemas"]["ReferenceImageDocument"][];
            readonly is_in_force: boolean;
            readonly looks: number;
            readonly looks_so_far: number;
            readonly project: string;
            /** Format: date-time */
            readonly proposed_at: string;
            readonly proposed_by: string;
            readonly reason: string;
            readonly rule: components["schemas"]["ReferenceRule"] | null;
            /** @description SHA-256 of the canonical JSON */
            readonly sha256: string | null;
            readonly shares_with: readonly components["schemas"]["SharedImages"][];
            readonly version: number;
            readonly withheld: number;
            readonly withheld_why: string | null;
        };
        /** @description Newest first. */
        readonly ReferenceSetList: {
            readonly reference_sets: readonly components["schemas"]["ReferenceSetDocument"][];
        };
        /** @description A reference set as an admin proposes it: the rule by which its images are drawn. */
        readonly ReferenceSetRequest: {
            readonly reason: string;
            readonly rule: components["schemas"]["ReferenceRule"];
        };
        /** @description Why something is not done: a code for programs, a sentence for people. */
        readonly RefusalBody: {
            readonly code: string;
            readonly text: string;
        };
        /** @description field: what of the body or the address it is about; empty when it is no field. */
        readonly RefusedBody: {
            readonly code: string;
            readonly field: string;
            readonly text: string;
        };
        /** @description A result computed once more beside the stored one. is_within: null before the end; each difference within its tolerance. */
        readonly ReproductionDocument: {
            readonly asked_by: string;
            readonly comparisons: readonly components["schemas"]["ComparisonDocument"][];
            /** Format: date-time */
            readonly created_at: string;
            readonly error: components["schemas"]["JobError"] | null;
            /** Format: date-time */
            readonly finished_at: string | null;
            /** Format: uuid */
            readonly id: string;
            readonly is_within: boolean | null;
            readonly provider: string;
            /** @enum {string} */
            readonly state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            readonly waiting_for: string;
        };
        readonly ReproductionList: {
            /** @description newest first */
            readonly results: readonly components["schemas"]["ReproductionDocument"][];
        };
        readonly ResultList: {
            readonly results: readonly components["schemas"]["ResultRow"][];
        };
        /** @description A result set without its results: what auditors see. */
        readonly ResultRow: {
            readonly amendment: number | null;
            /** Format: date-time */
            readonly at: string;
            readonly code_version: string;
            readonly input_sha256: string;
            readonly number: number;
            readonly sha256: string;
        };
        /** @description document: the results; left out for auditors. */
        readonly ResultSetDocument: {
            readonly amendment: number | null;
            /** Format: date-time */
            readonly at: string;
            readonly code_version: string;
            readonly document?: {
                readonly [key: string]: unknown;
            };
            readonly input_sha256: string;
            readonly number: number;
            readonly sha256: string;
        };
        /** @description Source image pixels; the corner of the first pixel is (0, 0). */
        readonly ReviewBox: {
            readonly h: number;
            readonly w: number;
            readonly x: number;
            readonly y: number;
        };
        /** @description finding: empty where a term is spoken of. box: of a verdict that is no failure. */
        readonly ReviewDocument: {
            readonly box: components["schemas"]["PixelBox"] | null;
            readonly bundle: string;
            readonly confidence: number | null;
            /** Format: date-time */
            readonly created_at: string;
            readonly failure: components["schemas"]["FailureDocument"] | null;
            readonly finding: string;
            /** Format: uuid */
            readonly id: string;
            readonly idempotency_key: string | null;
            /** Format: uuid */
            readonly image: string;
            readonly image_sha256: string;
            readonly is_current: boolean;
            readonly is_mine: boolean;
            /** @enum {string} */
            readonly kind: "unaided" | "aided" | "panel" | "imported" | "later";
            readonly model: components["schemas"]["ReviewedAnswer"];
            readonly note: string;
            readonly reader: string;
            /** Format: uuid */
            readonly replaces: string | null;
            readonly scheme_version: number;
            readonly term: string | null;
            readonly terms_version: number | null;
            /** @enum {string} */
            readonly verdict: "agree" | "false_positive" | "false_negative" | "wrong_place" | "refusal_right" | "refusal_wrong" | "present" | "absent" | "cannot_judge" | "missed_other" | "withdrawn";
        };
        readonly ReviewList: {
            readonly reviews: readonly components["schemas"]["ReviewDocument"][];
        };
        /**
         * @description bundle: SHA-256 of the bundle whose answer is reviewed; prediction: the result of it that was shown, without it the newest;
         *     reader: refused (401) unless this person is signed in.
         *
         *     finding: of the bundle, or, with missed_other and its withdrawal, none and a term of GET /api/failure-scheme/. box: where it
         *     is, with present and missed_other; a failure has its own.
         */
        readonly ReviewRequest: {
            readonly box?: components["schemas"]["ReviewBox"] | null;
            readonly bundle: string;
            readonly confidence?: number | null;
            readonly failure?: components["schemas"]["FailureRequest"] | null;
            readonly finding?: string | null;
            readonly idempotency_key: string;
            readonly note?: string | null;
            readonly prediction?: string | null;
            readonly reader?: string | null;
            readonly replaces?: string | null;
            readonly term?: string | null;
            /** @enum {string} */
            readonly verdict: "agree" | "false_positive" | "false_negative" | "wrong_place" | "refusal_right" | "refusal_wrong" | "present" | "absent" | "cannot_judge" | "missed_other" | "withdrawn";
        };
        /** @description What the model had said. */
        readonly ReviewedAnswer: {
            readonly decision: string;
            /** Format: uuid */
            readonly prediction: string;
            readonly probability: number | null;
            readonly threshold: number | null;
        };
        /** @description All of it is optional; an empty body means every project. */
        readonly RollBackOrder: {
            /** @description slug; null or left out: every project */
            readonly project?: string | null;
            /**
             * @description the reason, kept with the change; at most 500 characters
             * @default
             */
            readonly why: string;
        };
        /** @description value = slope x sample + intercept, in `unit` (empty: none). */
        readonly SampleValue: {
            readonly intercept: number;
            readonly slope: number;
            readonly unit: string;
        };
        readonly ScheduleRequest: {
            /** Format: date-time */
            readonly closes_at?: string | null;
            /** Format: date-time */
            readonly opens_at?: string | null;
        };
        readonly SchemeChoice: {
            readonly code: string;
            readonly title: string;
        };
        /** @description retired: by kind, the codes that only old rows carry. */
        readonly SchemeDocument: {
            readonly causes: readonly components["schemas"]["SchemeChoice"][];
            readonly confidences: readonly number[];
            readonly first_rows: readonly components["schemas"]["FirstRow"][];
            readonly lateralities: readonly components["schemas"]["SchemeChoice"][];
            readonly outcomes: readonly components["schemas"]["SchemeChoice"][];
            readonly retired: {
                readonly [key: string]: readonly components["schemas"]["SchemeChoice"][];
            };
            readonly severities: readonly components["schemas"]["SeverityChoice"][];
            readonly sites: readonly components["schemas"]["SchemeChoice"][];
            readonly terms: readonly components["schemas"]["TermChoice"][];
            readonly terms_version: number;
            readonly verdicts: readonly components["schemas"]["VerdictChoice"][];
            readonly version: number;
        };
        /** @description `/second-window/`. Which case it shows beside, its reading page tells it. */
        readonly SecondWindowBoot: {
            readonly csrf: string;
            readonly keys: components["schemas"]["OwnKeys"];
        };
        /** @description A box in pixels of the image. Other fields are ignored. */
        readonly SentBox: {
            readonly h: number;
            readonly w: number;
            readonly x: number;
            readonly y: number;
        };
        /** @description Something that the viewer did. seq: its number in this reading; client_ms: since the stage was opened. */
        readonly SentEvent: {
            readonly client_ms?: number | null;
            /** @enum {string} */
            readonly kind: "open" | "blur" | "focus" | "idle" | "wl" | "zoom" | "pan" | "overlay" | "mark" | "rating" | "pause" | "resume" | "lock";
            readonly payload?: {
                readonly [key: string]: unknown;
            } | null;
            readonly seq: number;
        };
        /** @description The same, and what was seen. */
        readonly ServiceOrder: {
            /** @description slug; null or left out: every project */
            readonly project?: string | null;
            /** @description id of the bundle seen in service, empty for none; where another is by now: 409 */
            readonly seen?: string | null;
            /**
             * @description the reason, kept with the change; at most 500 characters
             * @default
             */
            readonly why: string;
        };
        /** @description A project in which the bundle answers. */
        readonly ServicePlace: {
            /** @description null for the command line, the service itself, or where not known */
            readonly by: string | null;
            /** @description id of the bundle that a roll back of this project returns to */
            readonly goes_back_to: string | null;
            /** @description slug */
            readonly project: string;
            /**
             * Format: date-time
             * @description null where not known
             */
            readonly since: string | null;
            readonly why: string;
        };
        /** @description A session; reader, arm_plan and block only for those who run the study. */
        readonly SessionDocument: {
            readonly arm_plan?: readonly string[];
            readonly block?: string;
            /** Format: date-time */
            readonly closes_at: string | null;
            readonly done: number;
            /** Format: date-time */
            readonly ended_at: string | null;
            /** Format: uuid */
            readonly id: string;
            /** @enum {string} */
            readonly kind: "training" | "scored";
            readonly label: string;
            /** Format: date-time */
            readonly opened_at: string | null;
            /** Format: date-time */
            readonly opens_at: string | null;
            readonly ordinal: number;
            readonly reader?: string;
            readonly state: string;
            readonly total: number;
        };
        readonly SessionList: {
            readonly sessions: readonly components["schemas"]["SessionDocument"][];
        };
        readonly SeverityChoice: {
            readonly title: string;
            readonly value: number;
        };
        /** @description images: how many of a set's images are of patients of the locked set `code`. looks: the number of the last look at that. */
        readonly SharedImages: {
            readonly code: string;
            readonly images: number;
            readonly looks: number;
        };
        /** @description The model is wanted before the answer; reader as above. */
        readonly ShowModelRequest: {
            readonly idempotency_key: string;
            readonly reader?: string | null;
            /** @enum {string} */
            readonly reason: "urgent" | "seen" | "other";
        };
        readonly ShowReason: {
            readonly code: string;
            readonly title: string;
        };
        readonly SignedInPerson: {
            readonly keys: components["schemas"]["OwnKeys"];
            readonly look_first: boolean;
            readonly role: string;
            readonly username: string;
        };
        /**
         * @description A candidate that passed runs unseen until so many images have come; one that has fewer after so many days ends incomplete.
         *     least_in_slice: below it a view, maker or hour has no figure; null: as in a subgroup.
         */
        readonly SilentTrial: {
            readonly least_images: number;
            readonly least_in_slice?: number | null;
            readonly most_days: number;
        };
        /**
         * @description A raster of rows x columns cells over the whole stored picture, row by row.
         *
         *     cells: index into rankings, each with the sites to offer by group of findings, likeliest first. sides: a letter a cell, R, L
         *     or M of the patient; U where the file does not state its sides. groups: finding -> group; a finding that is not named is
         *     "other". not_offered: group -> sites that its findings are not offered, whatever the place. problem: why nothing is proposed;
         *     the raster is empty then.
         */
        readonly SiteProposals: {
            readonly cells: readonly number[];
            readonly columns: number;
            readonly groups: {
                readonly [key: string]: string;
            };
            /** Format: uuid */
            readonly image: string;
            readonly not_offered: {
                readonly [key: string]: readonly string[];
            };
            readonly problem: components["schemas"]["NoProposal"] | null;
            readonly rankings: readonly {
                readonly [key: string]: readonly string[];
            }[];
            readonly rows: number;
            readonly sides: string;
        };
        /** @description Variance components of a pilot, the difference worth finding, and the numbers of readers and cases to try. */
        readonly SizingRequest: {
            /** @default 0.05 */
            readonly alpha: number;
            /**
             * @default rrrc
             * @enum {string}
             */
            readonly analysis: "rrrc" | "frrc" | "rrfc";
            readonly cases: readonly number[];
            readonly cov1: number;
            readonly cov2: number;
            readonly cov3: number;
            readonly effect: number;
            readonly pilot_cases: number;
            /** @default 0.8 */
            readonly power: number;
            readonly readers: readonly number[];
            readonly var: number;
            readonly var_tr: number;
        };
        /** @description says: one half sentence, `View Position says LL (left lateral)`. */
        readonly SourceDocument: {
            readonly attribute: string;
            readonly says: string;
        };
        readonly StatisticsPlan: {
            /** @default 0.05 */
            readonly alpha: number;
            /** @default jackknife */
            readonly covariance: string;
            /** @default auc */
            readonly fom: string;
            /** @default centre */
            readonly hit_rule: string;
            /** @default or */
            readonly method: string;
            /** @default  */
            readonly primary_finding: string;
            /** @default [] */
            readonly secondaries: readonly string[];
            /** @default [] */
            readonly tests: readonly string[];
        };
        /** @description limit and least_n: of the signal. action: what happens when it fires. */
        readonly StopRule: {
            /** @enum {string} */
            readonly action: "tell" | "hide" | "roll_back";
            readonly least_n: number;
            readonly limit: number;
            /** @enum {string} */
            readonly signal: "sensitivity" | "specificity" | "auc" | "score_shift" | "override_rate" | "refusal_rate" | "silence";
        };
        /** @description `/studies/{id}/read/`. undo_ms: how long a submission can be taken back. */
        readonly StudyBoot: {
            readonly csrf: string;
            readonly study: string;
            readonly title: string;
            readonly undo_ms: number;
            readonly urls: components["schemas"]["StudyUrls"];
            readonly user: components["schemas"]["ReaderName"];
        };
        readonly StudyChange: {
            /** @default  */
            readonly description: string;
            /** @default  */
            readonly title: string;
        };
        readonly StudyCounts: {
            readonly cases: number;
            readonly readers: number;
            readonly training: number;
        };
        /** @description description to lock_requested: only for those who run the study; problems: what keeps it from opening or locking. */
        readonly StudyDocument: {
            /** Format: date-time */
            readonly closed_at: string | null;
            readonly counts?: components["schemas"]["StudyCounts"];
            /** Format: date-time */
            readonly created_at: string;
            readonly description?: string;
            /** Format: uuid */
            readonly id: string;
            readonly is_owner: boolean;
            /** @enum {string} */
            readonly kind: "reading" | "failure_mode";
            readonly lock_requested?: components["schemas"]["LockRequested"] | null;
            /** Format: date-time */
            readonly locked_at: string | null;
            /** Format: date-time */
            readonly opened_at: string | null;
            readonly problems?: readonly components["schemas"]["ProblemDocument"][];
            readonly protocol: components["schemas"]["ProtocolMark"];
            readonly roles: readonly ("manager" | "reader" | "panel" | "statistician" | "auditor")[];
            readonly slug: string;
            /** @enum {string} */
            readonly state: "draft" | "open" | "paused" | "closed" | "locked" | "archived" | "withdrawn";
            readonly state_reason?: string;
            readonly title: string;
        };
        readonly StudyList: {
            readonly may_create: boolean;
            readonly studies: readonly components["schemas"]["StudyDocument"][];
        };
        /** @description w = h = 0 for points. */
        readonly StudyMark: {
            readonly finding: string;
            readonly first_drawn_ms: number | null;
            readonly h: number;
            readonly key: string;
            readonly rating: number | null;
            /** @enum {string} */
            readonly shape: "box" | "point";
            readonly w: number;
            readonly x: number;
            readonly y: number;
        };
        /** @description seed: of the allocation; drawn where it is left out. */
        readonly StudyRequest: {
            /** @default  */
            readonly description: string | null;
            /**
             * @default reading
             * @enum {string}
             */
            readonly kind: "reading" | "failure_mode";
            readonly seed?: number | null;
            readonly title: string;
        };
        /** @description api: `/api/studies/{study}/`; everything else is reached under it. */
        readonly StudyUrls: {
            readonly api: string;
            readonly scheme: string;
            readonly sign_in: string;
            readonly study: string;
        };
        /** @description tab: that of the header X-Tab where it is left out. */
        readonly TakeOverRequest: {
            readonly tab?: string | null;
        };
        /** @description keys: of bundles' findings that mean the same; where the model has one, its finding is answered instead. */
        readonly TermChoice: {
            readonly code: string;
            readonly keys: readonly string[];
            readonly needs_note: boolean;
            readonly scheme: string | null;
            readonly title: string;
            readonly value: string | null;
        };
        /** @description lines: null where no thorax was found; problem then says why. */
        readonly ThoraxDocument: {
            readonly image: string;
            readonly lines: components["schemas"]["ThoraxLines"] | null;
            readonly problem: components["schemas"]["RefusalBody"] | null;
        };
        /** @description Pixels of the stored picture turned to L\F, corner convention (`inference.thorax.ThoraxFrame`). */
        readonly ThoraxLines: {
            readonly apex: number;
            readonly half_left: number;
            readonly half_right: number;
            readonly left_dome: number;
            /** @description x at the height of the apices and at that of the diaphragm */
            readonly midline: readonly number[];
            readonly right_dome: number;
        };
        readonly TrainingPlan: {
            /** @default 2 */
            readonly attempts: number;
            /** @default 0.8 */
            readonly pass_share: number;
        };
        /**
         * @description `GET /api/predictions/{id}/trend/`. findings: of this result, with the points of its bundle alone, oldest first. without:
         *     earlier images that have no result of it. problem: why there is no trend.
         */
        readonly TrendDocument: {
            readonly findings: readonly components["schemas"]["FindingTrend"][];
            /** Format: uuid */
            readonly prediction: string;
            readonly problem: components["schemas"]["RefusalBody"] | null;
            readonly without: number;
        };
        /**
         * @description One finding of one image. days: before the study of the case, whose own point is the last; ago: in words. probability: null
         *     where the model refused. is_same_point: decided at the operating point of the case's result; others are not joined to it.
         */
        readonly TrendPoint: {
            readonly ago: string;
            readonly days: number;
            readonly decision: string;
            /** Format: uuid */
            readonly image: string;
            readonly interval: readonly number[] | null;
            readonly is_same_point: boolean;
            readonly probability: number | null;
            readonly study_date: string | null;
            readonly threshold: number | null;
        };
        readonly TruthChoice: {
            readonly code: string;
            readonly title: string;
        };
        /** @description What may be entered: findings of the model in service, terms beyond them, sources, and the earliest and latest day. */
        readonly TruthChoices: {
            readonly findings: readonly components["schemas"]["TruthChoice"][];
            /** Format: date */
            readonly first_day: string | null;
            /** Format: date */
            readonly last_day: string;
            readonly sources: readonly components["schemas"]["TruthChoice"][];
            readonly terms: readonly components["schemas"]["TruthChoice"][];
        };
        /** @description In place of a multipart field `file`. */
        readonly TruthCsv: {
            readonly csv?: string | null;
        };
        /** @description votes: of everybody, to the chair once they differ. */
        readonly TruthDocument: {
            readonly case: string;
            readonly columns: number;
            readonly finding: string;
            /** Format: uuid */
            readonly id: string;
            readonly label: string;
            readonly my_vote: components["schemas"]["VoteDocument"] | null;
            readonly rows: number;
            /** @enum {string} */
            readonly state: "draft" | "voted" | "adjudicated" | "frozen";
            readonly urls: {
                readonly [key: string]: string;
            };
            readonly votes?: readonly components["schemas"]["VoteDocument"][];
        };
        readonly TruthPlan: {
            /** @default 0.5 */
            readonly merge_iou: number;
            /**
             * @default two_plus_one
             * @enum {string}
             */
            readonly rule: "two_plus_one" | "consensus";
            /** @default 2 */
            readonly votes: number;
        };
        /** @description A panel member's list; to_decide: the chair's. Others get counts: status by finding and state, discordant, missing. */
        readonly TruthQueue: {
            readonly discordant?: number;
            readonly missing?: number;
            readonly queue?: readonly components["schemas"]["TruthRow"][];
            readonly status?: {
                readonly [key: string]: {
                    readonly [key: string]: number;
                };
            };
            readonly to_decide?: readonly components["schemas"]["TruthRow"][];
        };
        /** @description columns, rows: size of the image in pixels. */
        readonly TruthRow: {
            readonly case: string;
            readonly columns: number;
            readonly finding: string;
            /** Format: uuid */
            readonly id: string;
            readonly my_vote: components["schemas"]["VoteDocument"] | null;
            readonly rows: number;
        };
        /** @description Rows and columns exchanged first, then columns, then rows reversed. */
        readonly TurnDocument: {
            readonly flips_columns: boolean;
            readonly flips_rows: boolean;
            readonly transposed: boolean;
        };
        /** @description states: answered, undecided, refused: what the model must have said of the finding; none for a verdict on a term. */
        readonly VerdictChoice: {
            /** @enum {string} */
            readonly code: "agree" | "false_positive" | "false_negative" | "wrong_place" | "refusal_right" | "refusal_wrong" | "present" | "absent" | "cannot_judge" | "missed_other";
            readonly needs_box: boolean;
            readonly needs_failure: boolean;
            readonly needs_term: boolean;
            readonly outcome: string | null;
            readonly states: readonly string[];
            readonly takes_box: boolean;
            readonly title: string;
        };
        /** @description lower, upper: in samples of the frame `frame` (`linear`, or the index of a VOI item); linear_*: of `linear`. */
        readonly VoiItem: {
            readonly center: number | null;
            readonly explanation: string;
            readonly frame: string;
            readonly function: string | null;
            readonly index: number;
            /** @enum {string} */
            readonly kind: "window" | "lut";
            readonly linear_lower: number;
            readonly linear_upper: number;
            readonly lower: number;
            readonly upper: number;
            readonly width: number | null;
        };
        /** @description read_again: the stage is offered to the reader once more. */
        readonly VoidReadingRequest: {
            /** @default false */
            readonly read_again: boolean;
            readonly reason: string;
            readonly stage: string;
        };
        /** @description `/studies/{id}/truth/{id}/`. */
        readonly VoteBoot: {
            readonly case: string;
            readonly csrf: string;
            readonly finding: string;
            readonly is_chair: boolean;
            readonly title: string;
            readonly urls: components["schemas"]["VoteUrls"];
            readonly user: components["schemas"]["ReaderName"];
        };
        /** @description Without the voter's name. */
        readonly VoteDocument: {
            readonly kind: string;
            readonly note: string;
            readonly regions: readonly components["schemas"]["PixelBox"][];
            /** @enum {string} */
            readonly status: "0" | "1" | "indeterminate";
        };
        /** @description regions: where the finding is; only with status 1. */
        readonly VoteRequest: {
            readonly note?: string | null;
            readonly regions?: readonly components["schemas"]["SentBox"][] | null;
            /** @enum {string} */
            readonly status: "0" | "1" | "indeterminate";
        };
        readonly VoteUrls: {
            readonly api: string;
            readonly back: string;
            readonly next: string;
        };
        readonly WashoutPlan: {
            /** @default 28 */
            readonly min_days: number;
        };
        /**
         * @description What a point comes to at the project's prevalence.
         *
         *     of, with_finding, flagged, rightly, missed: whole images. fewer_than_one: what happens, but to fewer than one of so many.
         *     ppv, npv: null where nothing, or everything, is flagged; *_between: at the ends of both bands. net_benefit: null at a
         *     threshold of 1.
         */
        readonly WhatIf: {
            readonly fewer_than_one: readonly ("rightly" | "in_vain" | "missed")[];
            readonly flagged: number;
            readonly flagged_share: number;
            readonly flags_a_day: number | null;
            readonly missed: number;
            readonly net_benefit: components["schemas"]["NetBenefit"] | null;
            readonly npv: number | null;
            readonly npv_between: [
                number,
                number
            ] | null;
            readonly of: number;
            readonly ppv: number | null;
            readonly ppv_between: [
                number,
                number
            ] | null;
            readonly rightly: number;
            readonly with_finding: number;
        };
        /** @description reason: for those who were told. */
        readonly WithdrawLaterTruthRequest: {
            readonly reader?: string | null;
            readonly reason: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AgreementDocument = components['schemas']['AgreementDocument'];
export type AiDocument = components['schemas']['AiDocument'];
export type AiFinding = components['schemas']['AiFinding'];
export type AiMapDocument = components['schemas']['AiMapDocument'];
export type AmendmentDocument = components['schemas']['AmendmentDocument'];
export type AmendmentList = components['schemas']['AmendmentList'];
export type AmendmentRequest = components['schemas']['AmendmentRequest'];
export type AnswerBody = components['schemas']['AnswerBody'];
export type AnswerSent = components['schemas']['AnswerSent'];
export type ApprovedPoint = components['schemas']['ApprovedPoint'];
export type AskedFinding = components['schemas']['AskedFinding'];
export type AssignmentDocument = components['schemas']['AssignmentDocument'];
export type AssignmentUrls = components['schemas']['AssignmentUrls'];
export type BootDocument = components['schemas']['BootDocument'];
export type BundleDocument = components['schemas']['BundleDocument'];
export type BundleFinding = components['schemas']['BundleFinding'];
export type BundleList = components['schemas']['BundleList'];
export type ButtonChoices = components['schemas']['ButtonChoices'];
export type CaseDocument = components['schemas']['CaseDocument'];
export type CaseFields = components['schemas']['CaseFields'];
export type CaseFilter = components['schemas']['CaseFilter'];
export type CaseHanging = components['schemas']['CaseHanging'];
export type CaseList = components['schemas']['CaseList'];
export type CaseMixDocument = components['schemas']['CaseMixDocument'];
export type CasesAdded = components['schemas']['CasesAdded'];
export type CasesRequest = components['schemas']['CasesRequest'];
export type ChangePlanDocument = components['schemas']['ChangePlanDocument'];
export type ChangePlanList = components['schemas']['ChangePlanList'];
export type ChangePlanRequest = components['schemas']['ChangePlanRequest'];
export type Coding = components['schemas']['Coding'];
export type CodingDecision = components['schemas']['CodingDecision'];
export type CodingItem = components['schemas']['CodingItem'];
export type CollectRequest = components['schemas']['CollectRequest'];
export type ComparedImage = components['schemas']['ComparedImage'];
export type ComparisonDocument = components['schemas']['ComparisonDocument'];
export type CopyRequest = components['schemas']['CopyRequest'];
export type CurvePointDocument = components['schemas']['CurvePointDocument'];
export type DecisionRequest = components['schemas']['DecisionRequest'];
export type DesignPlan = components['schemas']['DesignPlan'];
export type DeviationDocument = components['schemas']['DeviationDocument'];
export type DeviationList = components['schemas']['DeviationList'];
export type DeviationRequest = components['schemas']['DeviationRequest'];
export type DicomHeaderDocument = components['schemas']['DicomHeaderDocument'];
export type DicomHeaderRow = components['schemas']['DicomHeaderRow'];
export type DraftDocument = components['schemas']['DraftDocument'];
export type DraftReceipt = components['schemas']['DraftReceipt'];
export type DraftSent = components['schemas']['DraftSent'];
export type EarlierDraw = components['schemas']['EarlierDraw'];
export type ErasedArea = components['schemas']['ErasedArea'];
export type Estimate = components['schemas']['Estimate'];
export type EventsRequest = components['schemas']['EventsRequest'];
export type Evidence = components['schemas']['Evidence'];
export type ExamDocument = components['schemas']['ExamDocument'];
export type FactDocument = components['schemas']['FactDocument'];
export type FailureDocument = components['schemas']['FailureDocument'];
export type FailurePlan = components['schemas']['FailurePlan'];
export type FailureRequest = components['schemas']['FailureRequest'];
export type FeedbackDocument = components['schemas']['FeedbackDocument'];
export type FeedbackTruth = components['schemas']['FeedbackTruth'];
export type FilledNumber = components['schemas']['FilledNumber'];
export type FillingChoice = components['schemas']['FillingChoice'];
export type FindingAnswer = components['schemas']['FindingAnswer'];
export type FindingCode = components['schemas']['FindingCode'];
export type FindingDocument = components['schemas']['FindingDocument'];
export type FindingTrend = components['schemas']['FindingTrend'];
export type FirstAnswerDocument = components['schemas']['FirstAnswerDocument'];
export type FirstAnswerRequest = components['schemas']['FirstAnswerRequest'];
export type FirstLookDocument = components['schemas']['FirstLookDocument'];
export type FirstLookRequest = components['schemas']['FirstLookRequest'];
export type FirstLookRow = components['schemas']['FirstLookRow'];
export type FirstRow = components['schemas']['FirstRow'];
export type FormDocument = components['schemas']['FormDocument'];
export type FormFinding = components['schemas']['FormFinding'];
export type FoundImage = components['schemas']['FoundImage'];
export type FoundImages = components['schemas']['FoundImages'];
export type FrameQuality = components['schemas']['FrameQuality'];
export type Gate = components['schemas']['Gate'];
export type GateCheckDocument = components['schemas']['GateCheckDocument'];
export type GateDocument = components['schemas']['GateDocument'];
export type HangingChoices = components['schemas']['HangingChoices'];
export type HangingRule = components['schemas']['HangingRule'];
export type HangingRuleOfOther = components['schemas']['HangingRuleOfOther'];
export type HangingRulesByView = components['schemas']['HangingRulesByView'];
export type HeaderDocument = components['schemas']['HeaderDocument'];
export type ImageFacts = components['schemas']['ImageFacts'];
export type InService = components['schemas']['InService'];
export type JobError = components['schemas']['JobError'];
export type KeptLabel = components['schemas']['KeptLabel'];
export type KeyChoices = components['schemas']['KeyChoices'];
export type LaterTruthDocument = components['schemas']['LaterTruthDocument'];
export type LaterTruthRequest = components['schemas']['LaterTruthRequest'];
export type LaterTruthRow = components['schemas']['LaterTruthRow'];
export type LeaseDocument = components['schemas']['LeaseDocument'];
export type LeastNumbers = components['schemas']['LeastNumbers'];
export type LockAnswer = components['schemas']['LockAnswer'];
export type LockDocument = components['schemas']['LockDocument'];
export type LockList = components['schemas']['LockList'];
export type LockRequested = components['schemas']['LockRequested'];
export type LockedAnswer = components['schemas']['LockedAnswer'];
export type MapDocument = components['schemas']['MapDocument'];
export type MemberDocument = components['schemas']['MemberDocument'];
export type MemberList = components['schemas']['MemberList'];
export type MemberRequest = components['schemas']['MemberRequest'];
export type ModelBox = components['schemas']['ModelBox'];
export type NetBenefit = components['schemas']['NetBenefit'];
export type NextDocument = components['schemas']['NextDocument'];
export type NextRequest = components['schemas']['NextRequest'];
export type NoProposal = components['schemas']['NoProposal'];
export type NoStructures = components['schemas']['NoStructures'];
export type NotAllowed = components['schemas']['NotAllowed'];
export type OneReferenceSetDocument = components['schemas']['OneReferenceSetDocument'];
export type OpenedCase = components['schemas']['OpenedCase'];
export type OpenedPrior = components['schemas']['OpenedPrior'];
export type OperatingCurve = components['schemas']['OperatingCurve'];
export type OperatingPointDocument = components['schemas']['OperatingPointDocument'];
export type OwnButtons = components['schemas']['OwnButtons'];
export type OwnHanging = components['schemas']['OwnHanging'];
export type OwnKeys = components['schemas']['OwnKeys'];
export type OwnRule = components['schemas']['OwnRule'];
export type OwnRulesByView = components['schemas']['OwnRulesByView'];
export type PatientFacts = components['schemas']['PatientFacts'];
export type PixelBox = components['schemas']['PixelBox'];
export type PixelSpacing = components['schemas']['PixelSpacing'];
export type Place = components['schemas']['Place'];
export type PlacementDocument = components['schemas']['PlacementDocument'];
export type PlanBody = components['schemas']['PlanBody'];
export type PlanDecisionDocument = components['schemas']['PlanDecisionDocument'];
export type PlanDecisionRequest = components['schemas']['PlanDecisionRequest'];
export type PredictionDocument = components['schemas']['PredictionDocument'];
export type PredictionList = components['schemas']['PredictionList'];
export type PresetItem = components['schemas']['PresetItem'];
export type PriorImages = components['schemas']['PriorImages'];
export type ProbeArea = components['schemas']['ProbeArea'];
export type ProbeChoices = components['schemas']['ProbeChoices'];
export type ProbeDocument = components['schemas']['ProbeDocument'];
export type ProbeNumber = components['schemas']['ProbeNumber'];
export type ProbePoint = components['schemas']['ProbePoint'];
export type ProbeRequest = components['schemas']['ProbeRequest'];
export type ProbeResult = components['schemas']['ProbeResult'];
export type ProbeStroke = components['schemas']['ProbeStroke'];
export type ProbeStructure = components['schemas']['ProbeStructure'];
export type ProblemDocument = components['schemas']['ProblemDocument'];
export type ProgressDocument = components['schemas']['ProgressDocument'];
export type ProtocolArm = components['schemas']['ProtocolArm'];
export type ProtocolBody = components['schemas']['ProtocolBody'];
export type ProtocolDocument = components['schemas']['ProtocolDocument'];
export type ProtocolFinding = components['schemas']['ProtocolFinding'];
export type ProtocolMark = components['schemas']['ProtocolMark'];
export type ProtocolQuestion = components['schemas']['ProtocolQuestion'];
export type ReaderDocument = components['schemas']['ReaderDocument'];
export type ReaderFields = components['schemas']['ReaderFields'];
export type ReaderList = components['schemas']['ReaderList'];
export type ReaderName = components['schemas']['ReaderName'];
export type ReaderProgress = components['schemas']['ReaderProgress'];
export type ReaderRequest = components['schemas']['ReaderRequest'];
export type ReadingPlan = components['schemas']['ReadingPlan'];
export type ReadingUrls = components['schemas']['ReadingUrls'];
export type ReasonRequest = components['schemas']['ReasonRequest'];
export type Receipt = components['schemas']['Receipt'];
export type ReferenceDecisionRequest = components['schemas']['ReferenceDecisionRequest'];
export type ReferenceImageDocument = components['schemas']['ReferenceImageDocument'];
export type ReferenceRule = components['schemas']['ReferenceRule'];
export type ReferenceSetDocument = components['schemas']['ReferenceSetDocument'];
export type ReferenceSetExport = components['schemas']['ReferenceSetExport'];
export type ReferenceSetList = components['schemas']['ReferenceSetList'];
export type ReferenceSetRequest = components['schemas']['ReferenceSetRequest'];
export type RefusalBody = components['schemas']['RefusalBody'];
export type RefusedBody = components['schemas']['RefusedBody'];
export type ReproductionDocument = components['schemas']['ReproductionDocument'];
export type ReproductionList = components['schemas']['ReproductionList'];
export type ResultList = components['schemas']['ResultList'];
export type ResultRow = components['schemas']['ResultRow'];
export type ResultSetDocument = components['schemas']['ResultSetDocument'];
export type ReviewBox = components['schemas']['ReviewBox'];
export type ReviewDocument = components['schemas']['ReviewDocument'];
export type ReviewList = components['schemas']['ReviewList'];
export type ReviewRequest = components['schemas']['ReviewRequest'];
export type ReviewedAnswer = components['schemas']['ReviewedAnswer'];
export type RollBackOrder = components['schemas']['RollBackOrder'];
export type SampleValue = components['schemas']['SampleValue'];
export type ScheduleRequest = components['schemas']['ScheduleRequest'];
export type SchemeChoice = components['schemas']['SchemeChoice'];
export type SchemeDocument = components['schemas']['SchemeDocument'];
export type SecondWindowBoot = components['schemas']['SecondWindowBoot'];
export type SentBox = components['schemas']['SentBox'];
export type SentEvent = components['schemas']['SentEvent'];
export type ServiceOrder = components['schemas']['ServiceOrder'];
export type ServicePlace = components['schemas']['ServicePlace'];
export type SessionDocument = components['schemas']['SessionDocument'];
export type SessionList = components['schemas']['SessionList'];
export type SeverityChoice = components['schemas']['SeverityChoice'];
export type SharedImages = components['schemas']['SharedImages'];
export type ShowModelRequest = components['schemas']['ShowModelRequest'];
export type ShowReason = components['schemas']['ShowReason'];
export type SignedInPerson = components['schemas']['SignedInPerson'];
export type SilentTrial = components['schemas']['SilentTrial'];
export type SiteProposals = components['schemas']['SiteProposals'];
export type SizingRequest = components['schemas']['SizingRequest'];
export type SourceDocument = components['schemas']['SourceDocument'];
export type StatisticsPlan = components['schemas']['StatisticsPlan'];
export type StopRule = components['schemas']['StopRule'];
export type StudyBoot = components['schemas']['StudyBoot'];
export type StudyChange = components['schemas']['StudyChange'];
export type StudyCounts = components['schemas']['StudyCounts'];
export type StudyDocument = components['schemas']['StudyDocument'];
export type StudyList = components['schemas']['StudyList'];
export type StudyMark = components['schemas']['StudyMark'];
export type StudyRequest = components['schemas']['StudyRequest'];
export type StudyUrls = components['schemas']['StudyUrls'];
export type TakeOverRequest = components['schemas']['TakeOverRequest'];
export type TermChoice = components['schemas']['TermChoice'];
export type ThoraxDocument = components['schemas']['ThoraxDocument'];
export type ThoraxLines = components['schemas']['ThoraxLines'];
export type TrainingPlan = components['schemas']['TrainingPlan'];
export type TrendDocument = components['schemas']['TrendDocument'];
export type TrendPoint = components['schemas']['TrendPoint'];
export type TruthChoice = components['schemas']['TruthChoice'];
export type TruthChoices = components['schemas']['TruthChoices'];
export type TruthCsv = components['schemas']['TruthCsv'];
export type TruthDocument = components['schemas']['TruthDocument'];
export type TruthPlan = components['schemas']['TruthPlan'];
export type TruthQueue = components['schemas']['TruthQueue'];
export type TruthRow = components['schemas']['TruthRow'];
export type TurnDocument = components['schemas']['TurnDocument'];
export type VerdictChoice = components['schemas']['VerdictChoice'];
export type VoiItem = components['schemas']['VoiItem'];
export type VoidReadingRequest = components['schemas']['VoidReadingRequest'];
export type VoteBoot = components['schemas']['VoteBoot'];
export type VoteDocument = components['schemas']['VoteDocument'];
export type VoteRequest = components['schemas']['VoteRequest'];
export type VoteUrls = components['schemas']['VoteUrls'];
export type WashoutPlan = components['schemas']['WashoutPlan'];
export type WhatIf = components['schemas']['WhatIf'];
export type WithdrawLaterTruthRequest = components['schemas']['WithdrawLaterTruthRequest'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
