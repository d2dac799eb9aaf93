import type { Figure } from './figure.ts';

/** Whether the aim is met; undefined where there is none. */
export function isMet({ value, aim }: Figure): boolean | undefined {
  return aim === undefined ? undefined : value <= aim;
}

/** The figures as aligned text. */
export function renderTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const met = isMet(figure);
    return [
      figure.what,
      sayValue(figure.value, figure.unit),
      figure.aim === undefined ? '' : `≤ ${sayValue(figure.aim, figure.unit)}`,
      met === undefined ? '' : met ? '✓' : '✗ missed',
      figure.note,
    ];
  });
  const all = [['', 'measured', 'aim', '', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map(([what = '', value = '', aim = '', mark = '', note = '']) => {
      const cells = [
        what.padEnd(widths[0] ?? 0),
        value.padStart(widths[1] ?? 0),
        aim.padStart(widths[2] ?? 0),
        mark.padEnd(widths[3] ?? 0),
        note,
      ];
      return cells.join('  ').trimEnd();
    })
    .join('\n');
}

function sayValue(value: number, unit: Figure['unit']): string {
  const digits = { '×': 2, s: 1, ms: 0, kB: 0, '': 0 }[unit];
  return `${value.toFixed(digits)}${unit === '' || unit === '×' ? unit : ` ${unit}`}`;
}
