/** GitHub's ids of what a step has written there, by the names of their outputs; empty where it was not asked to. */
export interface ReportIds {
  readonly 'comment-id': number | '';
  readonly 'deployment-id': number | '';
}

export const noReportIds: ReportIds = { 'comment-id': '', 'deployment-id': '' };
