export { type AdmissionPolicy, type Caller, type Demand, needsToken, refusal, tokenMatches } from './admission.ts';
export { type Answer, errorAnswer, jsonAnswer, textAnswer } from './answer.ts';
export { type Authority, isIpLiteral, parseAuthority } from './authority.ts';
export { type Metric, type MetricSample, metricsAnswer, processMetrics, single } from './metrics.ts';
export { type Asked, MOST_DRAINED, READING, type Request, type Route, type RouteTable, router } from './router.ts';
