// The colours of a chart's layers, as they stand before names in tables.

const colours = ['bg-chart-1', 'bg-chart-2', 'bg-chart-3', 'bg-chart-4', 'bg-chart-5', 'bg-chart-6'];

/** The colour of a layer, counted from the largest. */
export const layerClass = (layer: number): string => colours[Math.min(Math.max(layer, 0), colours.length - 1)] ?? '';
