/* What printed percentages allow: the integer core of `readiness claims solve` once more, for a page
   without a network. It gives the same facts (the tests compare them), as `readiness.ground.facts.encode`
   writes them, and tells them with the texts of the catalogues. */
const Readiness = (() => {
  "use strict";

  const LARGEST_N_MAX = 100000, MOST_FIGURES = 60, LONGEST_LIST = 100, FIRST_SHOWN = 8;
  const LARGEST_SCALE = 10000, LARGEST_COUNTED = 1000, SEARCH_LIMIT = 1000000, ABOVE = 1000;
  const ONE_BLANK_IN = 10, LONGEST_TOLD = 15, MOST_QUESTIONS = 5, MOST_MISPRINTS = 3;
  const MOST_REPAIRS = 4, MAX_ALTERNATIVES = 6000, MAX_CELLS = 4000000, MAX_PAIRS = 2000000;
  const MAX_DECIMALS = 6, MAX_DIGITS = 12;

  /* --- Figures and counts (forensics/arithmetic/figures.py). --- */

  const NEAREST_ROUNDINGS = ["half_up", "half_down", "half_even"];
  const conventions = (roundings) =>
    [false, true].flatMap((complement) => roundings.map((rounding) => ({ rounding, complement })));
  const NEAREST = conventions(NEAREST_ROUNDINGS);
  const roundingsOf = (allowed) => [...new Set(allowed.map((one) => one.rounding))];

  const DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹";

  /* A figure as printed: its digits as one integer, its decimals; null for what is none. */
  function parseFigure(text) {
    const written = text
      .replace(/[\u200e\u200f\u061c\u202a-\u202c\u2066-\u2069\ufeff]/g, "")
      .replace(/[٠-٩۰-۹]/g, (digit) => String(DIGITS.indexOf(digit) % 10))
      .replace(/٫/g, ".")
      .replace(/^[ \t\u00a0\u202f\u2009]+|[ \t\u00a0\u202f\u2009]+$/g, "")
      .replace(/[ \t\u00a0\u202f\u2009]*[%٪﹪％]$/, "");
    const match = /^([0-9]+)(?:[.,]([0-9]+))?$/.exec(written);
    if (!match) return null;
    const part = match[2] || "";
    if (part.length > MAX_DECIMALS || match[1].length + part.length > MAX_DIGITS) return null;
    const figure = { digits: Number(match[1] + part), decimals: part.length };
    return figure.digits > scaleOf(figure) ? null : figure;
  }

  const scaleOf = (figure) => 100 * 10 ** figure.decimals;

  function write(figure) {
    const sign = figure.digits < 0 ? "-" : "";
    const digits = String(Math.abs(figure.digits)).padStart(figure.decimals + 1, "0");
    if (!figure.decimals) return sign + digits;
    return `${sign}${digits.slice(0, -figure.decimals)}.${digits.slice(-figure.decimals)}`;
  }

  const ENDS = {
    half_up: [-1, 1, true, false],
    half_down: [-1, 1, false, true],
    truncation: [0, 2, true, false],
    ceiling: [-2, 0, false, true],
  };

  /* Twice the shares that show so, in last digits: low, high, and which ends belong. */
  function ends(digits, rounding) {
    const even = digits % 2 === 0;
    const [low, high, withLow, withHigh] = ENDS[rounding] || [-1, 1, even, even];
    return [2 * digits + low, 2 * digits + high, withLow, withHigh];
  }

  /* The counts of n that show as the figure: the lowest and the highest, within 0 to n. */
  function countInterval(figure, n, rounding) {
    const [low, high, withLow, withHigh] = ends(figure.digits, rounding);
    const divisor = 2 * scaleOf(figure);
    const lowest = withLow ? Math.ceil((n * low) / divisor) : Math.floor((n * low) / divisor) + 1;
    const highest = withHigh
      ? Math.floor((n * high) / divisor)
      : Math.ceil((n * high) / divisor) - 1;
    return [Math.max(lowest, 0), Math.min(highest, n)];
  }

  /* --- Sets and their bases (bases.py). --- */

  const isPair = (set) =>
    set.kind === "exhaustive" &&
    set.figures.length === 2 &&
    set.figures[0].decimals === set.figures[1].decimals &&
    set.figures[0].digits + set.figures[1].digits === scaleOf(set.figures[0]);

  const keyOf = (set) => `${set.kind} ${set.figures.map(write).join("/")}`;

  /* Whether counts show as the set on n answers. */
  function fitsOne(set, n, convention) {
    if (n < 1) return false;
    let least = 0, most = 0, there = 0;
    for (const figure of set.figures) {
      const [low, high] = countInterval(figure, n, convention.rounding);
      if (low <= high) there += 1;
      least += low;
      most += high;
    }
    if (convention.complement && isPair(set)) return there > 0;
    if (there < set.figures.length) return false;
    if (set.kind === "multi") return true;
    return least <= n && (set.kind === "exclusive" || most >= n);
  }

  const masks = new Map();

  function cached(key, nMax, judge) {
    const found = masks.get(key);
    if (found && found.length > nMax) return found.subarray(0, nMax + 1);
    const mask = new Uint8Array(nMax + 1);
    for (let n = 1; n <= nMax; n += 1) mask[n] = judge(n) ? 1 : 0;
    if (masks.size > 400) masks.clear();
    masks.set(key, mask);
    return mask;
  }

  const feasibleMask = (set, nMax, convention) =>
    cached(`${keyOf(set)} ${convention.rounding} ${convention.complement}`, nMax, (n) =>
      fitsOne(set, n, convention),
    );

  function isApportionable(set) {
    const scale = scaleOf(set.figures[0]);
    const alike = set.figures.every((figure) => scaleOf(figure) === scale);
    const sum = set.figures.reduce((total, figure) => total + figure.digits, 0);
    return set.kind === "exhaustive" && alike && sum === scale;
  }

  /* Largest remainders: one threshold for all figures; the largest whose lowest counts sum to n. */
  function isApportioned(set, n) {
    const scale = scaleOf(set.figures[0]);
    const lowest = (threshold) =>
      set.figures.reduce(
        (sum, figure) =>
          sum + Math.max(0, Math.ceil((n * (figure.digits - 1) + threshold) / scale)),
        0,
      );
    let least = 0, most = n - 1;
    while (least < most) {
      const middle = Math.floor((least + most + 1) / 2);
      if (lowest(middle) <= n) least = middle;
      else most = middle - 1;
    }
    const highest = set.figures.reduce(
      (sum, figure) => sum + Math.min(n, Math.floor((n * figure.digits + least) / scale)),
      0,
    );
    return lowest(least) <= n && highest >= n;
  }

  function withMissing(mask, maxMissing) {
    const reached = Uint8Array.from(mask);
    const most = Math.min(maxMissing, mask.length - 1);
    for (let missing = 1; missing <= most; missing += 1) {
      for (let n = missing; n < mask.length; n += 1) reached[n] |= mask[n - missing];
    }
    return reached;
  }

  const plainManner = (allowed) => ({ how: "plain", allowed, adjusted: false });
  const ADJUSTED = {
    how: "largest_remainder",
    allowed: NEAREST_ROUNDINGS.map((rounding) => ({ rounding, complement: false })),
    adjusted: true,
  };
  const CUT = { how: "truncation", allowed: conventions(["truncation"]), adjusted: false };
  const RAISED = { how: "ceiling", allowed: conventions(["ceiling"]), adjusted: false };

  function maskOf(manner, set, nMax, convention) {
    if (manner.adjusted && isApportionable(set)) {
      return cached(`${keyOf(set)} adjusted`, nMax, (n) => isApportioned(set, n));
    }
    return feasibleMask(set, nMax, convention);
  }

  /* For each number of people, whether all sets fit it by one convention. */
  function findCommon(manner, sets, nMax, missing = 0) {
    const found = new Uint8Array(nMax + 1);
    for (const convention of manner.allowed) {
      const each = sets.map((set) => withMissing(maskOf(manner, set, nMax, convention), missing));
      for (let n = 0; n <= nMax; n += 1) {
        if (!found[n] && each.every((mask) => mask[n])) found[n] = 1;
      }
    }
    return found;
  }

  function listBases(mask, from = 0) {
    const bases = [];
    for (let n = from; n < mask.length; n += 1) if (mask[n]) bases.push(n);
    return bases;
  }

  function smallestBase(sets, missing, allowed) {
    let nMax = 128;
    for (;;) {
      const [first] = listBases(findCommon(plainManner(allowed), sets, nMax, missing));
      if (first !== undefined) return first;
      if (nMax === LARGEST_N_MAX) return null;
      nMax = Math.min(8 * nMax, LARGEST_N_MAX);
    }
  }

  function everyBaseFrom(sets, missing, allowed) {
    const widest = Math.max(...sets.flatMap((set) => set.figures.map(scaleOf)));
    const most = Math.max(...sets.map((set) => set.figures.length));
    const nMax = Math.min(4 * widest * most, SEARCH_LIMIT);
    const mask = findCommon(plainManner(allowed), sets, nMax, missing);
    const first = mask.lastIndexOf(0) + 1;
    return first <= Math.floor(nMax / 2) ? first : null;
  }

  /* --- Sums and strength (sums.py). --- */

  function sumToWhole(figures, roundings) {
    const decimals = Math.max(...figures.map((figure) => figure.decimals));
    const widen = (figure) => 10 ** (decimals - figure.decimals);
    const digits = figures.reduce((sum, figure) => sum + figure.digits * widen(figure), 0);
    const whole = 100 * 10 ** decimals;
    const ok = roundings.some((rounding) => {
      const shares = figures.map((figure) => {
        const [low, high, withLow, withHigh] = ends(figure.digits, rounding);
        const unit = 2 * scaleOf(figure);
        return {
          low: Math.max(low, 0) * widen(figure),
          high: Math.min(high, unit) * widen(figure),
          withLow: withLow || low < 0,
          withHigh: withHigh || high > unit,
        };
      });
      const lowest = shares.reduce((sum, share) => sum + share.low, 0);
      const highest = shares.reduce((sum, share) => sum + share.high, 0);
      if (lowest > 2 * whole || highest < 2 * whole) return false;
      if (lowest === 2 * whole) return shares.every((share) => share.withLow);
      if (highest === 2 * whole) return shares.every((share) => share.withHigh);
      return true;
    });
    const gaps = roundings.map((rounding) => boundGaps(figures, decimals, whole, rounding));
    const end = (number) => ({ digits: number, decimals });
    return {
      ok,
      digits,
      whole,
      total: end(digits),
      least: end(whole - Math.max(...gaps.map(([below]) => below))),
      greatest: end(whole + Math.max(...gaps.map(([, above]) => above))),
    };
  }

  function boundGaps(figures, decimals, whole, rounding) {
    if (figures.some((figure) => figure.decimals !== decimals)) {
      const units = figures.reduce((sum, figure) => sum + 10 ** (decimals - figure.decimals), 0);
      if (rounding === "truncation") return [units - 1, 0];
      if (rounding === "ceiling") return [0, units - 1];
      return [Math.floor(units / 2), Math.floor(units / 2)];
    }
    if (figures.length === 1) return [0, 0];
    const half = Math.floor(figures.length / 2), odd = figures.length % 2;
    const reach = odd || (whole + half) % 2 === 0 ? half : half - 1;
    return {
      half_up: [half - 1 + odd, half],
      half_down: [half, half - 1 + odd],
      half_even: [reach, reach],
      truncation: [figures.length - 1, 0],
      ceiling: [0, figures.length - 1],
    }[rounding];
  }

  /* Digits of figures: adding to `left` (exhaustive), at most (exclusive), or free (multi). */
  function* listDigits(size, left, kind) {
    if (kind === "exhaustive" && size > 1) {
      for (const first of listDigits(size - 1, left, "exclusive")) {
        yield [...first, left - first.reduce((sum, each) => sum + each, 0)];
      }
      return;
    }
    if (size === 0) {
      yield [];
      return;
    }
    for (let digits = 0; digits <= left; digits += 1) {
      const rest = kind === "multi" ? left : left - digits;
      for (const tail of listDigits(size - 1, rest, size > 1 ? kind : "multi")) {
        yield [digits, ...tail];
      }
    }
  }

  /* How many sets of a shape have each mask, one bit a convention and base; null if too many. */
  const counts = new Map();

  function countMasks(set, first, last, maxMissing, allowed) {
    const shape = [set.kind, set.figures.length, set.figures[0].decimals, first, last, maxMissing];
    const key = JSON.stringify([...shape, allowed]);
    if (counts.size > 60) counts.clear();
    if (!counts.has(key)) counts.set(key, countShape(set, first, last, maxMissing, allowed));
    return counts.get(key);
  }

  function countShape(set, first, last, maxMissing, allowed) {
    const size = set.figures.length, { decimals } = set.figures[0], scale = scaleOf({ decimals });
    const free = set.kind === "exhaustive" && size > 1 ? size - 1 : size;
    if ((scale + 1) ** free > 2 * MAX_ALTERNATIVES) return null;
    const vectors = [...listDigits(size, scale, set.kind)];
    const width = last - first + 1;
    if (vectors.length * width > MAX_CELLS) return null;
    const counted = new Map();
    for (const vector of vectors) {
      const made = { kind: set.kind, figures: vector.map((digits) => ({ digits, decimals })) };
      let bits = "";
      for (const convention of allowed) {
        const mask = new Uint8Array(width);
        for (let n = first; n <= last; n += 1) mask[n - first] = fitsOne(made, n, convention);
        bits += withMissing(mask, maxMissing).join("");
      }
      const mask = BigInt(`0b${bits}`);
      counted.set(mask, (counted.get(mask) || 0) + 1);
    }
    return counted;
  }

  /* The share of made-up figures of these shapes that fit one of the bases: [passing, all]. */
  function countPassing(sets, first, last, maxMissing, allowed) {
    let combined = new Map([[-1n, 1n]]), total = 1n, without = 0n;
    for (const [position, set] of sets.entries()) {
      if (set.figures.some((figure) => figure.decimals !== set.figures[0].decimals)) return null;
      const alternatives = countMasks(set, first, last, maxMissing, allowed);
      if (!alternatives || alternatives.size * combined.size > MAX_PAIRS) return null;
      let own = 0;
      for (const ways of alternatives.values()) own += ways;
      total *= BigInt(own);
      const next = new Map();
      for (const [mask, ways] of combined) {
        for (const [other, more] of alternatives) {
          const both = mask & other;
          if (position < sets.length - 1) {
            next.set(both, (next.get(both) || 0n) + ways * BigInt(more));
          } else if (!both) {
            without += ways * BigInt(more);
          }
        }
      }
      combined = next;
    }
    return [total - without, total];
  }

  function basePower(sets, base, allowed) {
    const each = sets.flatMap((set) =>
      set.kind === "multi"
        ? set.figures.map((figure) => ({ kind: "multi", figures: [figure] }))
        : [set],
    );
    return countPassing(each, base, base, 0, allowed);
  }

  /* Every other percentage that one typo in a printed one leads to. */
  function oneEditAway(text, decimals) {
    const digits = "0123456789", made = new Set();
    for (let i = 0; i <= text.length; i += 1) {
      for (const digit of digits) {
        made.add(text.slice(0, i) + digit + text.slice(i));
        if (i < text.length) made.add(text.slice(0, i) + digit + text.slice(i + 1));
      }
      if (i < text.length) made.add(text.slice(0, i) + text.slice(i + 1));
      if (i < text.length - 1) made.add(text.slice(0, i) + text[i + 1] + text[i] + text.slice(i + 2));
    }
    made.delete(text);
    const figures = [...made].map((each) => [each, parseFigure(each)]);
    return figures
      .filter(([each, one]) => one && one.decimals === decimals && write(one) === each)
      .map(([, one]) => one);
  }

  /* --- Figures beside a printed number (together.py). --- */

  function listManners(sets, plain) {
    if (plain.allowed !== NEAREST) return [plain];
    return [plain, ...(sets.some(isApportionable) ? [ADJUSTED] : []), CUT, RAISED];
  }

  function judgeTogether(sets, base, allowed, maxMissing) {
    const plain = plainManner(allowed);
    if (findCommon(plain, sets, base)[base]) {
      return { base, refused: [], unfit: [], fits: true, readings: [] };
    }
    const failing = [...sets.keys()].filter(
      (at) => !allowed.some((convention) => fitsOne(sets[at], base, convention)),
    );
    const isShare = (figure) =>
      roundingsOf(allowed).some((rounding) => {
        const [low, high] = countInterval(figure, base, rounding);
        return low <= high;
      });
    const refused = failing.flatMap((at) =>
      [...sets[at].figures.keys()]
        .filter((place) => !isShare(sets[at].figures[place]))
        .map((place) => [at, place]),
    );
    const unfit = failing.filter((at) => !refused.some(([own]) => own === at));
    return {
      base, refused, unfit, fits: false, readings: listReadings(sets, base, plain, maxMissing),
    };
  }

  const reading = (who, how, more = {}) => ({
    who, how, bases: [], own: [], missing: 0, misprints: [], ...more,
  });

  function listReadings(sets, base, plain, maxMissing) {
    const below = (manner, missing) =>
      listBases(findCommon(manner, sets, base, missing)).filter((n) => n < base);
    const fewer = (manner) => {
      const bases = below(manner, 0);
      return bases.length ? reading("fewer", manner.how, { bases }) : null;
    };
    const blanks = (manner) => {
      const fewest = findFewestMissing(manner, sets, base);
      const most = Math.max(1, Math.floor(base / ONE_BLANK_IN));
      if (fewest === null || fewest <= 0 || fewest > most) return null;
      return reading("blanks", manner.how, { bases: [base], missing: fewest });
    };
    const filtered = (manner) => {
      const own = findOwnBases(manner, sets, base);
      return own.length ? reading("filter", manner.how, { own }) : null;
    };
    const manners = listManners(sets, plain);
    const whoAnswered = [fewer, blanks, filtered];
    const single = whoAnswered.map((seek) => seek(plain)).filter(Boolean);
    if (!single.some((found) => found.who === "fewer") && maxMissing && sets.length > 1) {
      const bases = below(plain, maxMissing);
      if (bases.length) {
        single.push(reading("fewer_missing", plain.how, { bases, missing: maxMissing }));
      }
    }
    single.push(...findSeveral(plain, sets, base));
    for (const manner of manners.slice(1)) {
      if (findCommon(manner, sets, base)[base]) {
        single.push(reading("printed", manner.how, { bases: [base] }));
      }
    }
    const found = [...single];
    if (!single.length) {
      for (const manner of manners.slice(1)) {
        const combined = whoAnswered.map((seek) => seek(manner)).filter(Boolean);
        found.push(...combined.slice(0, 1));
      }
    }
    const misprints = findMisprints(plain, sets, base);
    if (misprints.length) {
      found.push(reading("printed", plain.how, { bases: [base], misprints }));
    }
    const above = listBases(findCommon(plain, sets, base + ABOVE), base + 1);
    if (above.length) found.push(reading("other", plain.how, { bases: above }));
    return found;
  }

  function findSeveral(plain, sets, base) {
    const several = sets.map((set) => ({ ...set, kind: "multi" }));
    if (sets.every((set) => set.kind === "multi")) return [];
    const found = listBases(findCommon(plain, several, base));
    if (found.includes(base)) return [reading("several", plain.how, { bases: [base] })];
    const ofOne = new Set(listBases(findCommon(plain, sets, base)));
    const bases = found.filter((n) => !ofOne.has(n));
    return bases.length ? [reading("several_fewer", plain.how, { bases })] : [];
  }

  function findFewestMissing(manner, sets, base) {
    let fewest = null;
    for (const convention of manner.allowed) {
      const largest = sets.map((set) => maskOf(manner, set, base, convention).lastIndexOf(1));
      if (largest.some((n) => n < 0)) continue;
      const missing = Math.max(...largest.map((n) => base - n));
      fewest = fewest === null ? missing : Math.min(fewest, missing);
    }
    return fewest;
  }

  function findOwnBases(manner, sets, base) {
    const smaller = sets.map(() => new Uint8Array(base + 1));
    for (const convention of manner.allowed) {
      const each = sets.map((set) => maskOf(manner, set, base, convention));
      if (!each.every((mask) => mask.includes(1))) continue;
      each.forEach((mask, at) => {
        for (let n = 0; n <= base; n += 1) smaller[at][n] |= mask[n];
      });
    }
    if (!smaller.every((mask) => mask.includes(1))) return [];
    return smaller.map((mask) => (mask[base] ? [] : listBases(mask)));
  }

  function findMisprints(plain, sets, base) {
    const found = [];
    sets.forEach((set, at) => {
      const able = plain.allowed.filter((convention) =>
        sets.every((other, place) => place === at || fitsOne(other, base, convention)),
      );
      if (!able.length) return;
      set.figures.forEach((figure, place) => {
        const repairs = oneEditAway(write(figure), figure.decimals).filter((candidate) => {
          const figures = set.figures.map((own, k) => (k === place ? candidate : own));
          return able.some((convention) => fitsOne({ ...set, figures }, base, convention));
        });
        repairs.sort((a, b) => a.digits - b.digits);
        if (repairs.length) found.push({ position: at, figure: place, repairs });
      });
    });
    return found;
  }

  /* --- Facts (forensics/judging/together.py and solve.py). --- */

  const fact = (kind, values = {}) => ({ fact: `forensics.${kind}`, values });
  const term = (key) => ({ term: `forensics.${key}` });
  const listed = (list, link = "and") => ({ list, link });
  const printed = (figure) => ({ printed: write(figure) });
  const named = (name, value) => ({
    name, value: Array.isArray(value) ? listed(value, "or") : value,
  });
  const numbers = (own) =>
    Object.fromEntries(Object.entries(own).map(([name, value]) => [name, named(name, value)]));
  const slashed = (figures) => listed(figures.map(printed), "slash");
  const nameFigures = (sets) => (at, places) =>
    slashed(places.map((place) => sets[at].figures[place]));

  /* A share rounded half to even to so many parts of 1: as `round` of a Fraction. */
  function roundShare([passing, total], parts) {
    const exact = passing * BigInt(parts), floor = exact / total, rest = 2n * (exact % total);
    const up = rest > total || (rest === total && floor % 2n === 1n);
    return Number(floor) + (up ? 1 : 0);
  }

  function fraction(numerator, denominator) {
    let [a, b] = [numerator, denominator];
    while (b) [a, b] = [b, a % b];
    const [top, bottom] = [numerator / a, denominator / a];
    return { share: bottom === 1 ? String(top) : `${top}/${bottom}` };
  }

  function stateStrength(power) {
    if (!power) return [];
    const [passing, total] = power;
    if (passing === total) return [fact("strength.none")];
    const percent = roundShare(power, 100);
    if (percent === 100) return [fact("strength.nearly_none")];
    if (passing * 1000n < total) return [fact("strength.strongest")];
    let shown = fraction(percent, 100);
    if (passing * 100n < total) shown = fraction(roundShare(power, 1000), 1000);
    let kind = "strong";
    if (passing * 2n >= total) kind = "weak";
    else if (passing * 20n >= total) kind = "fair";
    return [fact(`strength.${kind}`, { power: named("power", shown) })];
  }

  function stateNumbers(own, bases) {
    if (bases.length <= LONGEST_TOLD) return named(own, bases);
    const shown = { name: own, value: listed(bases.slice(0, FIRST_SHOWN), "comma") };
    const largest = named(`${own}_last`, bases.at(-1));
    return fact("numbers.many", { shown, largest, count: named(`${own}_count`, bases.length) });
  }

  function stateTogether(found, sets) {
    const naming = nameFigures(sets), base = numbers({ base: found.base });
    const count = sets.reduce((sum, set) => sum + set.figures.length, 0);
    if (found.fits) {
      if (count === 1) return [fact("together.fits_one", { ...base, which: naming(0, [0]) })];
      return [fact("together.fits", { ...base, ...numbers({ figures: count }) })];
    }
    const facts = stateMisfit(found, sets, naming, count);
    const smaller = found.readings.find((one) => one.who === "fewer" && one.how === "plain");
    facts.push(stateSmaller(smaller, found.base, count));
    for (const one of found.readings) facts.push(...stateReading(one, found.base, sets, naming));
    if (!found.readings.length) facts.push(fact("together.unexplained"));
    return [...facts, fact("together.weights")];
  }

  const all = (set) => [...set.figures.keys()];

  function stateMisfit(found, sets, naming, count) {
    const base = numbers({ base: found.base }), facts = [], places = new Map();
    for (const [at, place] of found.refused) places.set(at, [...(places.get(at) || []), place]);
    const which = listed([...places].map(([at, own]) => naming(at, own)), "comma");
    const refused = found.refused.length;
    const counted = { n: named("refused", refused), ...numbers({ figures: count }) };
    if (count === 1 && refused) facts.push(fact("together.refused_one", { ...base, which }));
    else if (refused === count) {
      facts.push(fact("together.refused_all", { ...base, ...numbers({ figures: count }) }));
    } else if (refused > LONGEST_TOLD) {
      facts.push(fact("together.refused_many", { ...base, ...counted }));
    } else if (refused) facts.push(fact("together.refused", { ...base, ...counted, which }));
    if (found.unfit.length) {
      const own = found.unfit.slice(0, MOST_QUESTIONS).map((at) => naming(at, all(sets[at])));
      facts.push(fact("together.sum", { ...base, which: listed(own, "comma") }));
    }
    if (!refused && !found.unfit.length) facts.push(fact("together.conventions", base));
    return facts;
  }

  function stateSmaller(smaller, base, count) {
    const n = named("figures", count);
    if (!smaller) return fact("together.smaller_none", { n, ...numbers({ base }) });
    if (smaller.bases.length > LONGEST_TOLD) {
      const [first, next] = smaller.bases;
      return fact("together.smaller_next", { n, ...numbers({ first, next }) });
    }
    return fact("together.smaller", { n, ...numbers({ fewer: smaller.bases, base }) });
  }

  function stateReading(one, base, sets, naming) {
    const how = one.how === "plain" ? [] : [term(`clause.${one.how}`)];
    const when = (clauses) => fact("together.if", { clauses });
    if (one.who === "filter") {
      const own = [...one.own.keys()].filter((at) => one.own[at].length);
      if (own.length > MOST_QUESTIONS) {
        const many = fact("clause.own_many", numbers({ questions: own.length }));
        return [when(listed([...how, many]))];
      }
      return own.map((at) => {
        const told = stateNumbers(`own_${at + 1}`, one.own[at]);
        const clauses = listed([...how, fact("clause.own", { numbers: told })]);
        return fact("together.if_own", { which: naming(at, all(sets[at])), clauses });
      });
    }
    if (one.misprints.length) return [when(stateMisprints(one.misprints, sets))];
    const clause = stateWho(one, base);
    return [when(listed([...how, ...(clause ? [clause] : [])]))];
  }

  function stateWho(one, base) {
    const asked = numbers({ base }), missing = numbers({ missing: one.missing });
    const shown = one.bases.length > LONGEST_TOLD ? one.bases.slice(0, 1) : one.bases;
    switch (one.who) {
      case "fewer":
        return fact("clause.fewer", { ...asked, fewer: named("answered", shown) });
      case "fewer_missing":
        return fact("clause.fewer_missing", {
          ...asked, ...missing, fewer: named("answered_missing", shown),
        });
      case "blanks":
        return fact("clause.blanks", numbers({ blanks: one.missing }));
      case "several":
        return term("clause.several");
      case "several_fewer":
        return fact("clause.several_fewer", { fewer: named("answered_several", shown) });
      case "other":
        return fact("clause.other", { ...asked, ...numbers({ above: one.bases[0] }) });
      default:
        return null;
    }
  }

  function stateMisprints(misprints, sets) {
    if (misprints.length > MOST_MISPRINTS) return term("clause.misprint_any");
    const told = misprints.map(({ position, figure, repairs }, at) => {
      const own = sets[position].figures[figure];
      const far = (each) => Math.abs(each.digits - own.digits);
      const nearest = [...repairs].sort((a, b) => far(a) - far(b) || a.digits - b.digits);
      const chosen = nearest.slice(0, MOST_REPAIRS).sort((a, b) => a.digits - b.digits);
      const kind = repairs.length > MOST_REPAIRS ? "clause.misprint_some" : "clause.misprint";
      const repair = (each, place) => named(`repair_${at + 1}_${place + 1}`, printed(each));
      return fact(kind, {
        printed: named(`misprint_${at + 1}`, printed(own)),
        repairs: listed(chosen.map(repair), "or"),
      });
    });
    return listed(told, "or");
  }

  function addsToWhole(figures, allowed) {
    const total = sumToWhole(figures, roundingsOf(allowed));
    return [total.ok || total.digits === total.whole, total];
  }

  function makeSet(figures, allowed, facts) {
    if (figures.length === 1) return { figures, kind: "exclusive" };
    const [whole, total] = addsToWhole(figures, allowed);
    if (whole) return { figures, kind: "exhaustive" };
    if (total.digits < total.whole) return { figures, kind: "exclusive" };
    facts.push(
      fact("solve.not_one", {
        figures: slashed(figures),
        sum: printed(total.total),
        least: printed(total.least),
        greatest: printed(total.greatest),
      }),
    );
    return { figures, kind: "multi" };
  }

  function readAsOne(groups, allowed) {
    if (groups.length < 2 || groups.some((group) => group.length > 1)) return null;
    const figures = groups.flat();
    return addsToWhole(figures, allowed)[0] ? { figures, kind: "exhaustive" } : null;
  }

  function stateNearlyOne(groups, allowed, facts) {
    const figures = groups.flat();
    if (figures.length !== groups.length || figures.length < 2) return;
    const [, total] = addsToWhole(figures, allowed);
    const above = total.digits > total.whole;
    if (above && 100 * total.digits <= 105 * total.whole) makeSet(figures, allowed, facts);
  }

  function readRows(kind, sets, missing, nMax, allowed, counted) {
    const bases = listBases(findCommon(plainManner(allowed), sets, nMax, missing));
    const smallest = bases.length ? bases[0] : smallestBase(sets, missing, allowed);
    let every = null;
    const widest = Math.max(...sets.map((set) => scaleOf(set.figures[0])));
    if (bases.at(-1) === nMax && widest <= LARGEST_SCALE) {
      const from = everyBaseFrom(sets, missing, allowed);
      every = from !== null && from <= nMax ? from : null;
    }
    const power =
      counted && nMax <= LARGEST_COUNTED ? countPassing(sets, 0, nMax, missing, allowed) : null;
    const rows = [{ kind, sets, missing, bases, smallest, every, power, how: "plain" }];
    if (missing) return rows;
    for (const manner of listManners(sets, plainManner(allowed)).slice(1)) {
      const others = listBases(findCommon(manner, sets, nMax));
      const adjusted = manner.how === "largest_remainder" && sets.every(isApportionable);
      if (others.length && (!bases.length || (adjusted && others[0] < bases[0]))) {
        rows.push({
          kind, sets, missing, bases: others, smallest: others[0], every: null, power: null,
          how: manner.how,
        });
      }
    }
    return rows;
  }

  function listRows(sets, asOne, nMax, maxMissing, allowed, counted) {
    const rows = [];
    const read = (kind, own, missing) =>
      rows.push(...readRows(kind, own, missing, nMax, allowed, counted));
    if (asOne) read("exhaustive", [asOne], 0);
    if (sets.length > 1) {
      for (let missing = 0; missing <= maxMissing; missing += 1) read("together", sets, missing);
    }
    const seen = new Map(sets.map((set) => [keyOf(set), set]));
    for (const set of seen.values()) {
      const several = set.kind === "multi" ? "several" : set.kind;
      read(set.figures.length > 1 ? several : "alone", [set], 0);
    }
    return rows;
  }

  function stateRow(row, nMax) {
    const figures = listed(row.sets.map((set) => slashed(set.figures)), "comma");
    let told = term(`reading.${row.kind}`);
    if (row.missing) told = fact("reading.together_missing", { missing: row.missing });
    if (row.how !== "plain") told = listed([told, term(`reading.${row.how}`)], "comma");
    const values = { figures, reading: told };
    const below = row.every === null ? row.bases : row.bases.filter((n) => n < row.every);
    let line = fact("solve.list", { ...values, bases: listed(row.bases, "or") });
    if (!row.bases.length && row.smallest === null) {
      line = fact("solve.never", { ...values, n_max: nMax });
    } else if (!row.bases.length) {
      line = fact("solve.none", { ...values, n_max: nMax, smallest: row.smallest });
    } else if (below.length > LONGEST_LIST) {
      const shown = listed(row.bases.slice(0, FIRST_SHOWN), "comma");
      line = fact("solve.many", { ...values, bases: shown, count: row.bases.length });
    } else if (row.every !== null && below.length) {
      line = fact("solve.every", { ...values, bases: listed(below, "comma"), every: row.every });
    } else if (row.every !== null) {
      line = fact("solve.from", { ...values, every: row.every });
    }
    const whole = row.power && row.power[0] === row.power[1];
    const strength = whole ? [] : stateStrength(row.power);
    return strength.length ? fact("solve.strength", { line, strength: strength[0] }) : line;
  }

  /* What the figures allow, as facts. `written`: one figure each, those of one question joined by
     "/". `counted`: whether the strength of the checks is counted. Throws {figure} for one that
     is none, {number} for a number out of bounds. */
  function solve(written, options = {}) {
    const { base = null, nMax = 100, maxMissing = 1, rounding = "nearest", counted = true } = options;
    const groups = written.map((text) =>
      text.split("/").map((part) => {
        const figure = parseFigure(part);
        if (!figure) throw { figure: part };
        return figure;
      }),
    );
    const count = groups.flat().length;
    if (!count || count > MOST_FIGURES) throw { number: count };
    if (base !== null && !(Number.isInteger(base) && base >= 1 && base <= LARGEST_N_MAX - ABOVE)) {
      throw { number: base };
    }
    const allowed = rounding === "nearest" ? NEAREST : conventions([rounding]);
    const facts = [];
    let sets = groups.map((group) => makeSet(group, allowed, facts));
    const asOne = readAsOne(groups, allowed);
    if (!asOne) stateNearlyOne(groups, allowed, facts);
    const halves = NEAREST_ROUNDINGS.includes(rounding);
    const pair = [...sets, asOne].some((set) => set && isPair(set));
    const rounded = listed(
      [
        ...(halves
          ? [term("rounded.nearest"), term(`rounding.${rounding}`)]
          : [term(`rounded.${rounding}`)]),
        ...(pair ? [term("rounded.complement")] : []),
      ],
      "comma",
    );
    if (base === null) {
      const rows = listRows(sets, asOne, nMax, maxMissing, allowed, counted);
      facts.unshift(fact("solve.head", { n_max: nMax, rounded }));
      facts.push(...rows.map((row) => stateRow(row, nMax)));
      if (rows.some((row) => !row.bases.length)) facts.push(fact("solve.tail"));
      const whole = (row) => row.power && row.power[0] === row.power[1];
      if (whole(rows[0]) && rows.every((row) => !row.power || whole(row))) {
        facts.push(fact("solve.says_nothing", { n_max: nMax }));
      }
      return facts;
    }
    facts.unshift(fact("solve.assumed", { rounded }));
    if (asOne) {
      sets = [asOne];
      facts.push(fact("solve.one_question", { figures: slashed(asOne.figures) }));
    }
    facts.push(...stateTogether(judgeTogether(sets, base, allowed, maxMissing), sets));
    return counted ? [...facts, ...stateStrength(basePower(sets, base, allowed))] : facts;
  }

  /* --- Sentences (language/telling.py). `texts`: a language's, as `readiness.site` writes them. --- */

  const CALLED = ["?", "!", "؟"], CLOSED = [".", "…", ...CALLED], POP = "\u2069";
  const endsWith = (text, signs) => signs.some((sign) => text.endsWith(sign));

  function template(texts, key, n) {
    const found = texts.texts[key];
    if (!Array.isArray(found)) return found;
    const tag = n === null ? "other" : new Intl.PluralRules(texts.locale).select(n);
    return found[texts.plurals.indexOf(tag)];
  }

  function group(digits, texts) {
    return digits.replace(/\B(?=(\d{3})+$)/g, texts.group);
  }

  function number(text, texts) {
    const [whole, part] = text.split(".");
    return group(whole, texts) + (part === undefined ? "" : texts.decimal + part);
  }

  function percentage(share, texts) {
    const [top, bottom = "1"] = share.split("/");
    const percent = BigInt(top) * 100n, below = BigInt(bottom);
    if (percent % below === 0n) return number(String(percent / below), texts);
    const tenths = roundShare([percent, below], 10);
    return number(`${Math.floor(tenths / 10)}.${tenths % 10}`, texts);
  }

  const bare = (value) => (value && value.name !== undefined ? value.value : value);

  function countOf(values) {
    const own = "n" in values ? [values.n] : [];
    const found = [...own, ...Object.values(values)].map(bare).find(Number.isInteger);
    return found === undefined ? null : found;
  }

  function show(value, texts) {
    if (Number.isInteger(value)) return group(String(value), texts);
    if (value.fact !== undefined) return tell(value, texts);
    if (value.term !== undefined) return template(texts, value.term, null);
    if (value.name !== undefined) return show(value.value, texts);
    if (value.printed !== undefined) return number(value.printed, texts);
    if (value.share !== undefined) return percentage(value.share, texts);
    const told = value.list.map((item) => show(item, texts));
    if (value.link === "slash") return told.join(texts.texts["language.slash"]);
    const comma = texts.texts["language.comma"];
    if (told.length < 2 || value.link === "comma") return told.join(comma);
    return texts.texts[`language.${value.link}`]
      .replace("{last}", () => told.at(-1))
      .replace("{head}", () => told.slice(0, -1).join(comma));
  }

  function tell(one, texts) {
    const written = template(texts, one.fact, countOf(one.values));
    let told = "", end = 0;
    for (const match of written.matchAll(/\{([a-z0-9_]+)(?::([a-z0-9_.]+))?\}/g)) {
      if (match.index < end) continue;
      told += written.slice(end, match.index);
      const value = one.values[match[1]];
      let said = show(value, texts);
      if (match[2]) said = template(texts, match[2], bare(value)).split("{n}").join(said);
      end = match.index + match[0].length;
      const last = said.endsWith(POP) ? said.slice(0, -1) : said;
      if (/^[ \u00a0\u202f]?:/.test(written.slice(end))) said = said.replace(/\s*[.:]$/, "");
      else if (endsWith(last, CLOSED) && written[end] === ".") end += 1;
      told += said;
    }
    return told + written.slice(end);
  }

  return { parseFigure, solve, tell };
})();
