// A list short enough to be there as a whole: a real table, in which the first cell names its row.

import type { ReactNode } from 'react';
import { t } from '../lib/language.ts';
import type { TextKey } from '../texts/en.ts';

export interface TableColumn<Row> {
  readonly label: TextKey;
  readonly cell: (row: Row) => ReactNode;
  /** Its width, and from which width of the page on it is there. */
  readonly className?: string;
  readonly numeric?: boolean;
  /** What it holds explains itself: the label is only spoken. */
  readonly spoken?: boolean;
}

interface PlainTableProps<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

export function PlainTable<Row>({ label, columns, rows, keyOf }: PlainTableProps<Row>) {
  const place = ({ numeric = false, className = '' }: TableColumn<Row>) =>
    `px-3 font-normal first:pl-4 ${numeric ? 'text-right whitespace-nowrap' : ''} ${className}`;
  return (
    <table aria-label={label} className="w-full table-fixed text-left text-row">
      <thead className="sticky top-0 z-10 bg-surface text-note text-muted">
        <tr className="h-7 border-b border-hairline">
          {columns.map((column) => (
            <th key={column.label} scope="col" className={place(column)}>
              <span className={column.spoken ? 'sr-only' : ''}>{t(column.label)}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={keyOf(row)}
            className="h-9 border-b border-hairline last:border-b-0 hover:bg-hover pointer-coarse:h-14"
          >
            {columns.map((column, index) =>
              index === 0 ? (
                <th key={column.label} scope="row" className={`py-1 ${place(column)}`}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.label} className={`py-1 ${place(column)}`}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
