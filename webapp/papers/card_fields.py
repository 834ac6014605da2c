"""Which stored fact answers which field of a published model card. A field without a fact is named, never filled.

The names are those of the two publications; tests hold them against copied lists with source and version.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CardStandard:
    """fields: name of the publication -> key of webapp.papers.stored_facts, "" where nothing that is stored answers it."""

    title: str
    version: str
    source: str
    fields: dict[str, str]


KEY_METRIC = (
    "MetricGoal",
    "Results",
    "Interpretation",
    "TestType",
    "TestingDataDescription",
    "ValidationProcessAndJustification",
)


def _key_metric(name: str, results: str) -> dict[str, str]:
    answered = {"Results": results, "TestingDataDescription": "evaluated_on"}
    return {f"KeyMetrics.{name}.{field}": answered.get(field, "") for field in KEY_METRIC}


CHAI = CardStandard(
    title="CHAI Applied Model Card",
    version="v0.2",
    source="https://mc.chai.org/v0.2/schema.xsd",
    fields={
        "BasicInfo.ModelName": "name",
        "BasicInfo.ModelDeveloper": "",
        "BasicInfo.DeveloperContact": "",
        "ReleaseInfo.ReleaseStage": "state",
        "ReleaseInfo.ReleaseDate": "created",
        "ReleaseInfo.ReleaseVersion": "version",
        "ReleaseInfo.GlobalAvailability": "",
        "ReleaseInfo.EHRCompatibility": "",
        "ReleaseInfo.RegulatoryApproval": "",
        "ModelSummary.Summary": "",
        "ModelSummary.Keywords": "findings",
        "UsesAndDirections.IntendedUseAndWorkflow": "purpose",
        "UsesAndDirections.PrimaryIntendedUsers": "",
        "UsesAndDirections.HowToUse": "",
        "UsesAndDirections.TargetedPatientPopulation": "gate",
        "UsesAndDirections.CautionedOutOfScopeSettings": "",
        "Warnings.KnownRisksAndLimitations": "limits",
        "Warnings.KnownBiasesOrEthicalConsiderations": "",
        "Warnings.ClinicalRiskLevel": "",
        "TrustIngredients.AISystemFacts.OutcomesAndOutputs": "outputs",
        "TrustIngredients.AISystemFacts.ModelType": "task",
        "TrustIngredients.AISystemFacts.FoundationModels": "",
        "TrustIngredients.AISystemFacts.InputDataSource": "modalities",
        "TrustIngredients.AISystemFacts.OutputAndInputDataTypes": "input",
        "TrustIngredients.AISystemFacts.DevelopmentDataCharacterization": "data",
        "TrustIngredients.AISystemFacts.BiasMitigationApproaches": "",
        "TrustIngredients.AISystemFacts.OngoingMaintenance": "",
        "TrustIngredients.AISystemFacts.Security": "",
        "TrustIngredients.AISystemFacts.Transparency": "",
        "TrustIngredients.TransparencyInformation.FundingSource": "",
        "TrustIngredients.TransparencyInformation.ThirdPartyInformation": "",
        "TrustIngredients.TransparencyInformation.StakeholdersConsulted": "",
        **_key_metric("UsefulnessUsabilityEfficacy", "measured"),
        **_key_metric("FairnessEquity", "by_view"),
        **_key_metric("SafetyReliability", ""),
        "Resources.EvaluationReferences": "",
        "Resources.ClinicalTrial": "",
        "Resources.PeerReviewedPublications": "",
        "Resources.ReimbursementStatus": "",
        "Resources.PatientConsentOrDisclosure": "",
        "Bibliography": "",
    },
)

ATLAS = CardStandard(
    title="RSNA ATLAS model card",
    version="2025-11",
    source="https://atlas.rsna.org/schemas/2025-11/model.json",
    fields={
        "Name": "name",
        "Link": "",
        "Indexing.Content": "",
        "Indexing.RadLex": "radlex",
        "Indexing.SNOMED": "snomed",
        "Indexing.Keywords": "findings",
        "Descriptors.Authors": "",
        "Descriptors.Comments": "",
        "Descriptors.Contact": "",
        "Descriptors.Date.Created": "created",
        "Descriptors.Date.Published": "",
        "Descriptors.Date.Updated": "",
        "Descriptors.Ethical review": "",
        "Descriptors.Funding": "",
        "Descriptors.License": "",
        "Descriptors.Organizations": "",
        "Descriptors.References": "",
        "Descriptors.Version": "version",
        "Model properties.Architecture": "",
        "Model properties.Availability": "",
        "Model properties.Clinical benefit": "",
        "Model properties.Clinical workflow phase": "",
        "Model properties.Decision threshold": "thresholds",
        "Model properties.Degree of automation": "",
        "Model properties.Indications for use": "",
        "Model properties.Input": "input",
        "Model properties.Instructions": "",
        "Model properties.Limitations": "limits",
        "Model properties.Output.Description": "outputs",
        "Model properties.Output.CDEs": "",
        "Model properties.Recommendation": "",
        "Model properties.Regulatory information.FDA cleared": "",
        "Model properties.Regulatory information.CE marked": "",
        "Model properties.Regulatory information.Predicate device": "",
        "Model properties.Regulatory information.Authorization status": "",
        "Model properties.Regulatory information.File number": "",
        "Model properties.Regulatory information.Comment": "",
        "Model properties.Reproducibility": "command",
        "Model properties.Sustainability": "",
        "Model properties.Use.Intended": "purpose",
        "Model properties.Use.Out-of-scope": "",
        "Model properties.Use.Excluded": "",
        "Model properties.User.Intended": "",
        "Model properties.User.Out-of-scope": "",
        "Model properties.User.Excluded": "",
        "Imaging.Modalities": "modalities",
        "Imaging.Procedures": "",
        "Imaging.File format": "",
        "Imaging.Resolution": "",
        "Imaging.Comments": "gate",
        "Model performance.Metrics": "measured",
        "Model performance.Comments": "evaluated_on",
    },
)
STANDARDS = {"chai": CHAI, "atlas": ATLAS}
