// Loaded before the service: its clock runs as far ahead as the environment says, in every thread.
const aheadMs = Number(process.env['MNEME_TEST_CLOCK_AHEAD_MS'] ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + aheadMs;
