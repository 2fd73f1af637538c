/** Numbers and times as people read them. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Write seconds: `42 s`, `3:07`, `2 h 05`, `3 d 4 h`. Empty for null. */
export function age(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}:${two(whole % MINUTE)}`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${two(Math.floor((whole % HOUR) / MINUTE))}`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** Write a span that somebody set, in its largest whole unit: `20 s`, `15 min`, `4 h`. */
export function span(seconds) {
  if (seconds >= 2 * HOUR && seconds % HOUR === 0) return `${seconds / HOUR} h`;
  if (seconds >= 2 * MINUTE && seconds % MINUTE === 0) return `${seconds / MINUTE} min`;
  return `${seconds} s`;
}

/** Write a share as a percentage without a fraction; a dash where there is none. */
export function percent(share) {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

/** Write an interval of shares. */
export function interval(low, high) {
  return `${Math.round(low * 100)}–${Math.round(high * 100)} %`;
}

/** Write the time of day, with seconds where asked. */
export function clock(date, seconds = false) {
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return seconds ? `${time}:${two(date.getSeconds())}` : time;
}

/** Write a count with its noun: `1 agent`, `3 agents`. */
export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

function two(n) {
  return String(n).padStart(2, "0");
}
