/**
 * Run something for a button: it is off and says that it works until the answer is there; a refusal goes to
 * `onProblem`. A second press meanwhile does nothing.
 */
export async function act(button, run, onProblem) {
  if (button !== null && (button.disabled || button.getAttribute("aria-busy") === "true")) return false;
  button?.setAttribute("aria-busy", "true");
  const had = button !== null && document.activeElement === button;
  if (button !== null) button.disabled = true;
  try {
    await run();
    return true;
  } catch (problem) {
    onProblem(problem, run);
    return false;
  } finally {
    if (button !== null) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      // a button that is switched off loses the focus: give it back, unless it went elsewhere meanwhile
      if (had && (document.activeElement === document.body || document.activeElement === null)) button.focus();
    }
  }
}
