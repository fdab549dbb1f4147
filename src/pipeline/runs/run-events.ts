import { formatDuration, formatReading } from '../../core/progress';
import type { RunEvent } from './run';

/**
 * An event as a line for a terminal, or undefined when it is not worth one. Cells are indented under their stage, what
 * they print under the cell.
 */
export function formatRunEvent(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'run':
      return `${event.resumed ? 'resuming' : 'starting'} run ${event.id} in ${event.folder}`;
    case 'warning':
      return `warning: ${event.text}`;
    case 'stage': {
      const time = event.seconds && event.state !== 'skipped' ? ` in ${formatDuration(event.seconds)}` : '';
      const state = event.state === 'skipped' ? 'skipped: finished before' : event.state;
      return `[${event.place}/${event.stages}] ${event.stage}: ${state}${time}`;
    }
    case 'cell':
      return `    cell ${event.cell}/${event.cells}  ${event.heading}`;
    case 'output':
      return `        ${event.line}`;
    case 'progress':
      return `        ${formatReading(event.reading)}`;
  }
}
