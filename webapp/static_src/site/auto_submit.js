// @ts-check
/** Filters take effect when chosen; without this script the Apply button does it. */
export function submitOnChange() {
  const form = document.querySelector('#filter-form');
  if (!(form instanceof HTMLFormElement)) return;
  form.querySelector('#filter-apply')?.setAttribute('hidden', '');
  form.addEventListener('change', () => form.requestSubmit());
  // Empty choices would make the address longer than what it says.
  form.addEventListener('formdata', (event) => {
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name);
  });
}

submitOnChange();
