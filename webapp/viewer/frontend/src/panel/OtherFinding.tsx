/** What is there and the model has no finding for: the way to its form, and the form. */
import { keyOf } from '../keys/key_table';
import type { FailureForm } from '../reviews/failure_form';
import { openOther } from '../session/state_answers';
import { useSession } from '../shell/session_context';
import { FormView } from './FormView';

export function OtherFinding({ form }: { readonly form: FailureForm | null }) {
  const session = useSession();
  const isOpen = form?.verdict === 'missed_other';
  return (
    <section aria-label="Another finding">
      <div className="acts other-finding">
        <button
          type="button"
          className={isOpen ? 'chosen' : ''}
          aria-pressed={isOpen}
          data-testid="missed-other"
          title="something is there that the model has no finding for"
          onClick={() => openOther(session)}
        >
          Another finding is there <kbd>{keyOf('missed-other')}</kbd>
        </button>
      </div>
      {isOpen && <FormView form={form} />}
    </section>
  );
}
