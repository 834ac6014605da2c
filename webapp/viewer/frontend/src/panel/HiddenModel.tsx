/** In place of what the model says while it is hidden: the findings by name, and how to show it. */
import { Fragment } from 'react';
import { keyOf } from '../keys/key_table';
import type { FailureForm } from '../reviews/failure_form';
import { isLookingFirst } from '../session/panel_state';
import { useSession } from '../shell/session_context';
import { useStore } from '../state/store';
import { FormView } from './FormView';

/** form: the open one where it belongs into the panel. */
export function HiddenModel({ form }: { readonly form: FailureForm | null }) {
  const session = useSession();
  const panel = useStore(session.panel);
  const project = session.boot.image.look_first_project;
  return (
    <div data-testid="model-hidden">
      <div className="model-state muted">
        <p>
          {isLookingFirst(panel)
            ? 'Look first: what the model says comes after your answer, or when you ask for it.'
            : `What the model says is hidden, ${session.hiddenWhere()}; colleagues’ answers to it with it.`}
        </p>
        {isLookingFirst(panel) && project && <p data-testid="look-first-project">The project “{project}” asks for it.</p>}
        <button type="button" data-testid="show-model" onClick={() => session.toggleAi()}>
          Show it <kbd>{keyOf('layer')}</kbd>
        </button>
      </div>
      {session.findings().map(({ key, title }) => (
        <Fragment key={key}>
          <section className="finding" aria-label={title}>
            <div className="row">
              <span className="name grow">{title}</span>
              <button
                type="button"
                className="plain"
                data-testid={`cannot_judge-${key}`}
                onClick={() => session.judge(key, 'cannot_judge', null)}
              >
                cannot say
              </button>
            </div>
          </section>
          {form?.finding === key && <FormView form={form} />}
        </Fragment>
      ))}
    </div>
  );
}
