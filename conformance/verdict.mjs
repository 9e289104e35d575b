// One line of JSON for each check, which the test reads: what was checked, by whom, and what was wrong.

export function verdict(suite, check, wrong = '') {
  console.log(JSON.stringify({ suite, check, wrong: String(wrong) }));
}

// judged runs a check; what it throws is what was wrong.
export async function judged(suite, check, run) {
  try {
    await run();
    verdict(suite, check);
  } catch (e) {
    verdict(suite, check, e?.message ?? e);
  }
}
