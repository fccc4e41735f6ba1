/** Types of the REST interface, made by frontend/make_types.py from its description; not by hand. */

export type Act = {
  sequence: number;
  at: string;
  who: string;
  origin: string;
  verb: string;
  noun: string;
  key: string;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  note: string;
};

export type AlertDetail = {
  alert: AlertLine;
  customers: AlertedCustomer[];
  version: number;
};

export type AlertLine = {
  id: number;
  kind: string;
  severity: string;
  cause: Sentence;
  action: Sentence;
  since: string;
  size: number;
  value: number | null;
  threshold: number | null;
  territory: string;
  territory_code: string;
  owner: string;
  owner_code: string;
  customer_count: number;
  state: string;
  snoozed_until: string | null;
  handled_by: string;
  note: string;
  version: number;
};

export type AlertList = {
  alerts: AlertLine[];
  counts: Record<string, number>;
};

export type AlertedCustomer = {
  code: string;
  name: string;
};

export type Answer = {
  field: "name" | "phone" | "address" | "tax_id" | "region_code" | "industry" | "owner_id";
  verdict: "right" | "wrong" | "unknown";
  text?: string;
};

export type Answers = {
  answers: Answer[];
};

export type AppealAnswer = {
  accepted: boolean;
  answer: string;
};

export type AppealAnswered = {
  decision: number;
};

export type AppealLine = {
  id: number;
  decision_id: number;
  customer_name: string;
  by: string;
  at: string;
  text: string;
  may_answer: boolean;
};

export type AppealMade = {
  id: number;
  by: string;
  at: string;
  text: string;
  state: string;
  answer: string;
  answered_by: string;
  answered_at: string | null;
  may_answer: boolean;
};

export type Appealed = {
  id: number;
};

export type Applied = {
  outcomes: Record<string, number>;
};

export type Approval = {
  id: number;
  noun: string;
  key: string;
  message: Sentence;
  link: string;
  note: string;
  asked_by: string;
  asked_at: string;
  outcome: string;
  decided_by: string;
  decided_at: string | null;
  answer: string;
  may_decide: boolean;
};

export type BadRow = {
  row: number;
  column: string;
  code: string;
  reason: Sentence;
  suggestion: Sentence;
  cells: Record<string, string>;
};

export type BadRows = {
  items: BadRow[];
  total: number;
  next: number | null;
};

export type BreakdownFilters = {
  territory?: string;
  period?: string;
  metric?: "sales" | "attainment" | "coverage" | "visits" | "retention" | "new_customers" | "active_customers" | "market_share" | "overdue" | "complaints" | "complaint_hours" | "csat" | "nps";
};

export type Calculation = {
  name: string;
  inputs: ScoreInput[];
  parts: ScorePart[];
  score: number | null;
  missing: string[];
  as_of: string;
  policy: number | null;
};

export type CandidateConsidered = {
  group: "selected" | "available" | "out";
  name: string;
  reason: Sentence;
  count: number;
};

export type CellCorrection = {
  table: string;
  heading: string;
  value?: string;
  replacement: string;
  row?: number | null;
};

export type ClosedSample = {
  id: number;
  state: "open" | "closed";
  size: number;
  seed: number;
  territory_code: string;
  region_code: string;
  by: string;
  drawn_at: string;
  closed_at: string | null;
  applied_at: string | null;
  items: number;
  checked: number;
  mine: number;
  version: number;
  result: SampleResult[];
  outcomes: Record<string, number>;
};

export type CompanyCheck = {
  matches: CompanyMatch[];
  cut: boolean;
};

export type CompanyFinding = {
  name: string;
  verdict: "same" | "similar";
  said: Sentence[];
  until: string | null;
};

export type CompanyMatch = {
  kind: "customer" | "registration";
  name: string;
  verdict: "same" | "similar";
  reasons: Sentence[];
  holder: Sentence;
  until: string | null;
  code: string;
  registration: number | null;
};

export type CompetitorFilters = {
  place?: string;
  name?: string;
  stale?: boolean;
  all_days?: boolean;
};

export type CompetitorStatement = {
  id: number;
  name: string;
  place: string;
  product: string;
  price: string | null;
  share: number | null;
  strength: string;
  at: string;
  source: string;
  by: string;
  recorded_at: string;
  version: number;
  stale: boolean;
  withdrawn_at: string | null;
};

export type ConsentLine = {
  at: string;
  purpose: string;
  given: boolean;
  wording: string;
  source: string;
  by: string;
};

export type ContactPerson = {
  name: string;
  role: string;
  phone: string;
  email: string;
};

export type CustomerChanges = {
  name?: string;
  phone?: string;
  email?: string;
  tax_id?: string;
  address?: string;
  region_code?: string;
  industry?: string;
  size_band?: string;
  channel?: string;
  needs?: string[];
  products?: string[];
  consent_marketing?: boolean | null;
};

export type CustomerDetail = {
  code: string;
  name: string;
  key_account: boolean;
  industry: string;
  size_band: string;
  channel: string;
  place: string[];
  region_code: string;
  owner: string;
  owner_code: string;
  owner_kind: string;
  territory: string;
  territory_code: string;
  pool: string;
  locked: boolean;
  since: string | null;
  next_visit: string | null;
  phone: string;
  email: string;
  address: string;
  tax_id: string;
  masked: boolean;
  consent_marketing: boolean | null;
  needs: string[];
  products: string[];
  annual_revenue: string | null;
  language: string;
  customer_since: string | null;
  version: number;
  person: Record<string, unknown>;
  extra: Record<string, unknown>;
};

export type CustomerFilters = {
  tab?: "all" | "mine" | "pool";
  q?: string;
  sort?: "name" | "-name" | "score" | "-score" | "clv" | "-clv" | "revenue" | "-revenue" | "risk" | "-risk" | "recency" | "-recency";
  tier?: ("A" | "B" | "C" | "D")[];
  value?: ("A" | "B" | "C")[];
  risk?: ("high" | "middle" | "low" | "unknown")[];
  key?: "yes"[];
  gap?: ("phone" | "address" | "place" | "industry" | "needs" | "score" | "name" | "email" | "tax_id" | "region" | "revenue" | "size" | "channel" | "owner" | "since")[];
  doubt?: ("phone" | "email" | "tax_id" | "region" | "place" | "owner" | "parent" | "later" | "same_tax_id" | "same_phone")[];
  located?: ("exact" | "street" | "district" | "city" | "unstated" | "none")[];
  unvisited?: ("30" | "60" | "90" | "180")[];
  owner?: string[];
  territory?: string[];
  region?: string[];
  industry?: string[];
  channel?: string[];
  need?: string[];
  product?: string[];
};

export type CustomerLine = {
  code: string;
  name: string;
  tier: string;
  score: number | null;
  key_account: boolean;
  industry: string;
  region_code: string;
  owner: string;
  owner_code: string;
  territory: string;
  territory_code: string;
  pool: string;
  revenue_12m: string | null;
  clv: string | null;
  risk: number | null;
  last_order_on: string | null;
  version: number;
};

export type CustomerPage = {
  items: CustomerLine[];
  next: string | null;
  previous: string | null;
  total: number | null;
  more: boolean;
  best: boolean;
};

export type CustomerReassigned = {
  customer_code: string;
  owner_code: string;
  version: number;
  decision_id: number | null;
  due_at: string | null;
};

export type CustomerToReassign = {
  customer_code: string;
  customer_name: string;
  version: number;
  owner: string;
  territory: string;
  due_at: string | null;
  owners: OwnerToReceive[];
};

export type DataGaps = {
  unplaced: number;
  unowned: number;
};

export type Decision = {
  outcome: "approved" | "refused";
  answer?: string;
};

export type DecisionFilters = {
  outcome?: "" | "assigned" | "kept" | "pooled" | "unassigned";
  rule?: string;
  owner?: string;
  since?: string | null;
  until?: string | null;
  q?: string;
};

export type DecisionLine = {
  id: number;
  customer_code: string;
  customer_name: string;
  outcome: string;
  owner: string;
  rule_title: Sentence;
  sentence: Sentence;
  decided_at: string;
};

export type Duplicate = {
  id: number;
  left: DuplicateSide;
  right: DuplicateSide;
  probability: number;
  verdict: "merge" | "review";
  state: "open" | "later" | "apart" | "merged";
  evidence: Sentence[];
  by: string;
  at: string | null;
  found_at: string;
  version: number;
};

export type DuplicateField = {
  name: "name" | "tax_id" | "phone" | "email" | "address" | "region_code" | "place" | "industry" | "size_band" | "channel" | "annual_revenue" | "needs" | "products" | "parent" | "customer_since";
  values: unknown[];
  same: boolean;
  kept: string;
};

export type DuplicateFilters = {
  state?: "open" | "later" | "apart";
  verdict?: "" | "merge" | "review";
  territory?: string;
  customer?: string;
};

export type DuplicateGroup = {
  pair: Duplicate;
  pairs: Duplicate[];
  records: DuplicateRecord[];
  fields: DuplicateField[];
  survivor: string;
  reason: Sentence;
  crosses: boolean;
  version: number;
};

export type DuplicateRecord = {
  side: DuplicateSide;
  version: number;
  orders: number;
  visits: number;
};

export type DuplicateSide = {
  code: string;
  name: string;
  owner: string;
  territory: string;
};

export type Erasing = {
  contact?: string;
  typed: string;
};

export type ErasingStarted = {
  run: number;
};

export type ExportStarted = {
  run: number;
};

export type FeedArrival = {
  id: number;
  name: string;
  bytes: number;
  state: "taken" | "waiting" | "done" | "unchanged" | "failed" | "refused";
  reason: Sentence | null;
  upload: number | null;
  read: number | null;
  rejected: number | null;
  added: number | null;
  updated: number | null;
  at: string;
  ended_at: string | null;
};

export type FeedChange = {
  name: string;
  table?: string;
  most_rejected?: number;
  lenient?: boolean;
  every_minutes?: number | null;
  at_time?: string | null;
  active?: boolean;
};

export type FeedDetail = {
  id: number;
  name: string;
  kind: "folder" | "query";
  place: string;
  where: string;
  table: string;
  most_rejected: number;
  lenient: boolean;
  active: boolean;
  every_minutes: number | null;
  at_time: string | null;
  next_at: string;
  looked_at: string | null;
  state: "active" | "paused" | "busy" | "waiting";
  run: number | null;
  said: Sentence | null;
  waiting_import: number | null;
  last_import: number | null;
  last_import_at: string | null;
  version: number;
};

export type FieldAccuracy = {
  checked: number;
  right: number;
  share: number;
  low: number;
  high: number;
};

export type Figures = {
  figures: MonitoredFigure[];
};

export type FiguresByTerritory = {
  figure: MonitoredFigure;
  lines: TerritoryFigure[];
  trend: MonthlyTrend;
};

export type FilterOption = {
  value: string;
  name: string;
};

export type Handling = {
  note: string;
};

export type HandoverFlow = {
  source: string;
  target: string;
  source_territory: string;
  target_territory: string;
  customers: number;
  revenue: number;
  key_accounts: number;
};

export type ImportChangedCell = {
  customer: string;
  name: string;
  column: string;
  before: string;
  after: string;
};

export type ImportCorrections = {
  corrections: CellCorrection[];
};

export type ImportDetail = {
  id: number;
  state: string;
  version: number;
  made_at: string;
  parts: ImportPart[];
  tables: ImportTable[];
  troubles: ImportTrouble[];
  counts: Record<string, unknown>;
  corrections: (Record<string, unknown>)[];
  reason: Sentence | null;
  mends: number | null;
  good: number;
  may_undo: boolean;
  applied_at: string | null;
  undo_until: string | null;
  undone_at: string | null;
};

export type ImportDifference = {
  counts: Record<string, number>;
  items: ImportChangedCell[];
  start: number;
  next: number | null;
};

export type ImportHeading = {
  heading: string;
  samples: string[];
  column: string;
  trust: string;
  unit: string;
};

export type ImportMapping = {
  parts: Record<string, PartChoice>;
};

export type ImportPart = {
  key: string;
  name: string;
  rows: number;
  about: Record<string, string>;
  table: string;
  crs: string;
  encoding: string;
  lenient: boolean;
  geocode: boolean;
  headings: ImportHeading[];
  missing: string[];
};

export type ImportStarted = {
  id: number;
  run: number | null;
};

export type ImportSummary = {
  id: number;
  state: string;
  files: string;
  by: string;
  made_at: string;
  tables: string[];
  read: number | null;
  rejected: number | null;
  added: number | null;
  updated: number | null;
  may_undo: boolean;
};

export type ImportTable = {
  name: string;
  read: number;
  kept: number;
  rejected: number;
  repeated: number;
};

export type ImportTrouble = {
  table: string;
  column: string;
  code: string;
  reason: Sentence;
  suggestion: Sentence;
  value: string | null;
  near: string;
  count: number;
  row: number;
};

export type Invitees = {
  customers: string[];
  days?: number;
};

export type Judgement = {
  said: "apart" | "later" | "open";
};

export type LeavingOwner = {
  code: string;
  name: string;
  until: string;
  territory: string;
};

export type ListingAct = {
  items: Act[];
  next: string | null;
  previous: string | null;
};

export type ListingApproval = {
  items: Approval[];
  next: string | null;
  previous: string | null;
};

export type ListingCompetitorStatement = {
  items: CompetitorStatement[];
  next: string | null;
  previous: string | null;
};

export type ListingDecisionLine = {
  items: DecisionLine[];
  next: string | null;
  previous: string | null;
};

export type ListingDuplicate = {
  items: Duplicate[];
  next: string | null;
  previous: string | null;
};

export type ListingFeedArrival = {
  items: FeedArrival[];
  next: string | null;
  previous: string | null;
};

export type ListingFeedDetail = {
  items: FeedDetail[];
  next: string | null;
  previous: string | null;
};

export type ListingImportSummary = {
  items: ImportSummary[];
  next: string | null;
  previous: string | null;
};

export type ListingMarketStatement = {
  items: MarketStatement[];
  next: string | null;
  previous: string | null;
};

export type ListingMergeOfCustomers = {
  items: MergeOfCustomers[];
  next: string | null;
  previous: string | null;
};

export type ListingNotice = {
  items: Notice[];
  next: string | null;
  previous: string | null;
};

export type ListingPlanLine = {
  items: PlanLine[];
  next: string | null;
  previous: string | null;
};

export type ListingPlanUnit = {
  items: PlanUnit[];
  next: string | null;
  previous: string | null;
};

export type ListingPolicyVersionLine = {
  items: PolicyVersionLine[];
  next: string | null;
  previous: string | null;
};

export type ListingRegistrationLine = {
  items: RegistrationLine[];
  next: string | null;
  previous: string | null;
};

export type ListingRulesVersion = {
  items: RulesVersion[];
  next: string | null;
  previous: string | null;
};

export type ListingRun = {
  items: Run[];
  next: string | null;
  previous: string | null;
};

export type ListingSampleItem = {
  items: SampleItem[];
  next: string | null;
  previous: string | null;
};

export type ListingSample = {
  items: Sample[];
  next: string | null;
  previous: string | null;
};

export type ListingSurveyAnswer = {
  items: SurveyAnswer[];
  next: string | null;
  previous: string | null;
};

export type ListingSurvey = {
  items: Survey[];
  next: string | null;
  previous: string | null;
};

export type LookStarted = {
  run: number;
};

export type Made = {
  code: string;
};

export type Marked = {
  marked: number;
};

export type MarketFilters = {
  place?: string;
  kind?: "size" | "competition" | "growth" | "population" | "gdp" | "culture" | "law" | "";
  stale?: boolean;
  all_days?: boolean;
};

export type MarketSituation = {
  place: string;
  size: number | null;
  growth: number | null;
  competition: number | null;
  sales: string | null;
  share: number | null;
  rivals: SituationRival[];
  opportunities: Sentence[];
  threats: Sentence[];
};

export type MarketStatement = {
  id: number;
  place: string;
  kind: "size" | "competition" | "growth" | "population" | "gdp" | "culture" | "law";
  value: number | null;
  text: string;
  at: string;
  source: string;
  by: string;
  recorded_at: string;
  version: number;
  stale: boolean;
  withdrawn_at: string | null;
};

export type Me = {
  name: string;
  email: string;
  organisation: string;
  language: string;
  zone: string;
  currency: string;
  roles: string[];
  verbs: string[];
};

export type Measure = {
  key: string;
  unit: string;
  tolerance: number;
  total: number;
};

export type MergeAll = {
  count: number;
};

export type MergeAsked = {
  survivor: string;
  customers: RecordSeen[];
  keep?: Record<string, string>;
};

export type MergeDone = {
  survivor: string;
  merges: number[];
};

export type MergeOfCustomers = {
  id: number;
  survivor: DuplicateSide;
  merged: DuplicateSide;
  standing: string;
  by: string;
  at: string;
  undone_by: string;
  undone_at: string | null;
  may_undo: boolean;
};

export type MetricCompared = {
  title: Sentence;
  kind: string;
  before: number | null;
  after: number | null;
  change: number | null;
  verdict: string;
};

export type MonitoredFigure = {
  code: string;
  value: number | null;
  period: string;
  before: number | null;
  before_period: string;
  series: (number | null)[];
  known: number;
  of: number;
  version: number;
  complete: boolean;
};

export type MonthlyTrend = {
  months: string[];
  values: (number | null)[];
  before: (number | null)[];
};

export type Move = {
  customers: string[];
  to: string;
};

export type MovePreview = {
  name: string;
  band: number;
  customers_before: number;
  customers_after: number;
  deviation_before: number;
  deviation_after: number;
};

export type Named = {
  name: string;
};

export type Narrowing = {
  text: Sentence;
  before: number;
  after: number;
  names: string[];
};

export type NewAbsence = {
  starts_on: string;
  ends_on: string;
  reason?: string;
};

export type NewAppeal = {
  text: string;
};

export type NewCompetitorStatement = {
  name: string;
  at: string;
  source: string;
  place?: string;
  product?: string;
  price?: number | null;
  share?: number | null;
  strength?: string;
};

export type NewConsent = {
  given: boolean;
  wording?: string;
  source?: "api" | "form" | "paper" | "phone" | "message";
};

export type NewCustomer = {
  name: string;
  phone?: string;
  email?: string;
  tax_id?: string;
  address?: string;
  region_code?: string;
  industry?: string;
  size_band?: string;
  channel?: string;
  needs?: string[];
  products?: string[];
  consent_marketing?: boolean | null;
  another?: "" | "branch" | "group" | "namesake" | "moved";
  registration?: number | null;
};

export type NewDays = {
  days: number;
};

export type NewFeed = {
  name: string;
  kind: "folder" | "query";
  place: string;
  table?: string;
  most_rejected?: number;
  lenient?: boolean;
  every_minutes?: number | null;
  at_time?: string | null;
};

export type NewMarketStatement = {
  place: string;
  kind: "size" | "competition" | "growth" | "population" | "gdp" | "culture" | "law";
  at: string;
  source: string;
  value?: number | null;
  text?: string;
};

export type NewNote = {
  kind: "visit" | "call" | "email" | "message" | "interview" | "focus_group" | "callback" | "review";
  at: string;
  text?: string;
  minutes?: number | null;
  outcome?: string;
  topic?: string;
  people?: string;
};

export type NewObjection = {
  customer: string;
  text: string;
};

export type NewPlanFiles = {
  plan: string;
  units: string;
  name?: string;
};

export type NewPolicy = {
  text: string;
  note: string;
};

export type NewProtectionDays = {
  days: number;
};

export type NewRegistration = {
  name: string;
  tax_id?: string;
  region_code?: string;
  note?: string;
  on_behalf_of?: string;
};

export type NewRemark = {
  text: string;
  territory?: string;
};

export type NewRules = {
  text: string;
  note: string;
};

export type NewSample = {
  size?: number;
  seed?: number;
  territory?: string;
  region_code?: string;
  by_owners?: boolean;
};

export type NewSurvey = {
  kind: "csat" | "nps" | "ces" | "loyalty" | "need" | "brand";
  title_zh?: string;
  title_en?: string;
  question_zh?: string;
  question_en?: string;
  scale_max?: number | null;
  topic?: string;
  takes_comment?: boolean;
  opens_on?: string | null;
  closes_on?: string | null;
};

export type NewToken = {
  name: string;
  scopes: ("read" | "customers" | "plans" | "service" | "imports")[];
  days: number;
};

export type NewWebhook = {
  url: string;
  kinds?: ("customer.reassigned" | "plan.submitted" | "plan.approved" | "plan.published" | "rules.published" | "import.finished" | "alert.raised" | "run.finished")[];
};

export type NextAction = {
  id: number;
  customer: string;
  customer_code: string;
  place: string;
  tier: string;
  owner: string;
  kind: string;
  reason: Sentence;
  due_on: string | null;
  days_late: number;
  value: string | null;
  state: string;
  note: string;
  version: number;
};

export type Noted = {
  id: number;
};

export type Notice = {
  id: number;
  kind: string;
  message: Sentence;
  link: string;
  at: string;
  unread: boolean;
};

export type OtherDay = {
  to: string;
};

export type OverviewFilters = {
  territory?: string;
  period?: string;
  region?: string;
  measure?: "revenue" | "potential" | "customers" | "penetration" | "nps" | "at_risk" | "growth";
};

export type OverviewPage = {
  figures: MonitoredFigure[];
  ranked: TerritoryFigure[];
  provinces: ProvinceFigure[];
  trend: MonthlyTrend;
  alerts: AlertLine[];
  alert_count: number;
  leaving: LeavingOwner[];
  gaps: DataGaps;
  late_actions: number;
};

export type OwnRegionLevel = {
  id: number;
  level: string;
  regions: number;
  customers: number;
  file: string;
  by: string;
  at: string;
  upload: number | null;
};

export type OwnerAbsence = {
  id: number;
  starts_at: string;
  ends_at: string;
  reason: string;
};

export type OwnerCompared = {
  code: string;
  name: string;
  gives: number;
  gets: number;
  gives_key: number;
  gets_key: number;
  revenue: number;
  load_before: number;
  load_after: number;
  complete: boolean;
};

export type OwnerDetail = {
  line: OwnerLine;
  kind: string;
  partner_type: string;
  results: OwnerResults;
  months: string[];
  sales: (number | null)[];
  candidates: StandIn[];
  as_of: string | null;
};

export type OwnerLine = {
  code: string;
  name: string;
  team: string;
  level: string;
  skills: string[];
  load: OwnerLoad;
  customers: number;
  attainment: number | null;
  coverage: number | null;
  csat: number | null;
  absences: OwnerAbsence[];
  away: boolean;
  active_to: string | null;
};

export type OwnerList = {
  lines: OwnerLine[];
  totals: OwnerTotals | null;
  declassified: boolean;
  as_of: string | null;
};

export type OwnerLoad = {
  capacity: number | null;
  committed: number;
  free: number;
  over: number;
};

export type OwnerResults = {
  revenue: string | null;
  attainment: number | null;
  coverage: number | null;
  csat: number | null;
  nps: number | null;
  complaints: number | null;
  overdue: string | null;
};

export type OwnerToReceive = {
  code: string;
  name: string;
  kind: string;
  load: number | null;
  away: boolean;
};

export type OwnerTotals = {
  people: number;
  load: OwnerLoad;
  customers: number;
};

export type OwnersWork = {
  code: string;
  name: string;
  late_visits: number;
  visits_today: number;
  visits_week: number;
  late_actions: number;
  actions: number;
  stake: string;
  done_week: number;
};

export type OwnershipSpell = {
  owner: string;
  role: string;
  source: string;
  valid_from: string;
  valid_to: string | null;
  recorded_at: string;
  corrected: boolean;
};

export type PartChoice = {
  table?: string | null;
  columns?: Record<string, string> | null;
  units?: Record<string, string> | null;
  crs?: "wgs84" | "gcj02" | "bd09" | null;
  encoding?: string | null;
  lenient?: boolean | null;
};

export type PartnerConflict = {
  area: string;
  partner_code: string;
  partner: string;
  partner_customers: number;
  own_customers: number;
};

export type PartnerLine = {
  code: string;
  name: string;
  partner_type: string;
  areas: string[];
  customers: number;
  revenue: string | null;
  attainment: number | null;
  coverage: number | null;
  csat: number | null;
  overdue: string | null;
  certificates: string[];
  active_to: string | null;
  conflicts: number;
  registered: number;
  disputed: number;
};

export type PartnerList = {
  lines: PartnerLine[];
  conflicts: PartnerConflict[];
  as_of: string | null;
};

export type PeerStanding = {
  percentile: number;
  customers: number;
  tier: string;
};

export type PersonalDataFile = {
  format: string;
  version: number;
  customer: string;
  contact: string;
  made_at: string;
  tables: Record<string, (Record<string, unknown>)[]>;
};

export type PlanApproved = {
  answer?: string;
  effective_on?: string | null;
};

export type PlanCheck = {
  kind: string;
  message: Sentence;
  broken: boolean;
  territory: string;
};

export type PlanContents = {
  territories: PlanTerritoryLine[];
  unassigned: number;
  checks: PlanCheck[];
  remarks: RemarkMade[];
};

export type PlanDetail = {
  code: string;
  name: string;
  note: string;
  state: string;
  version: number;
  base: string;
  base_name: string;
  in_force: boolean;
  settling: boolean;
  overtaken: boolean;
  effective_on: string | null;
  created_by: string;
  created_at: string;
  submitted_by: string;
  submitted_at: string | null;
  approved_by: string;
  approved_at: string | null;
  activated_at: string | null;
  archived_at: string | null;
  seed: number;
  effort: number;
  activities: Measure[];
  figures: Record<string, number>;
  gap: number | null;
  gap_note: Sentence | null;
  edited: boolean;
  steps: string[];
};

export type PlanFiles = {
  plan: string;
  units: string;
};

export type PlanLine = {
  code: string;
  name: string;
  state: string;
  base: string;
  in_force: boolean;
  effective_on: string | null;
  by: string;
  at: string;
  out_of_band: number | null;
  deviation: number | null;
  handover_customers: number | null;
  handover_share: number | null;
};

export type PlanMade = {
  code: string;
};

export type PlanReturned = {
  answer: string;
};

export type PlanStep = {
  number: number;
  label: Sentence;
  by: string;
  at: string;
  undone: boolean;
};

export type PlanSteps = {
  history: PlanStep[];
  can_undo: boolean;
  can_redo: boolean;
};

export type PlanTerritoryLine = {
  code: string;
  name: string;
  parent: string;
  owner: string;
  owner_code: string;
  locked: boolean;
  contiguous: boolean;
  customers: number;
  value: number;
  target: number;
  deviation: number | null;
  band: number;
  in_band: boolean;
  tip: Sentence;
};

export type PlanUnit = {
  code: string;
  name: string;
  region: string;
  tier: string;
  key_account: boolean;
  value: number;
  revenue: number;
  owner_before: string;
  owner_after: string;
  changes: boolean;
  locked: boolean;
};

export type PlannedVisit = {
  id: number;
  customer: string;
  customer_code: string;
  place: string;
  tier: string;
  owner: string;
  planned_on: string;
  days_late: number;
  reason: Sentence;
  state: string;
  note: string;
  version: number;
};

export type PlansCompared = {
  metrics: MetricCompared[];
  territories: TerritoryCompared[];
  people: OwnerCompared[];
  flows: HandoverFlow[];
  customers: number;
  revenue: number;
  key_accounts: number;
  whole: boolean;
};

export type PolicyInForce = {
  version: number;
  text: string;
};

export type PolicyPublished = {
  number: number;
};

export type PolicyVersionDetail = {
  version: PolicyVersionLine;
  text: string;
  before: number | null;
  lines: TextLine[];
};

export type PolicyVersionLine = {
  number: number;
  note: string;
  by: string;
  at: string;
  published: boolean;
};

export type Problem = {
  type: string;
  status: number;
  code: string;
  title: string;
  detail: string;
  errors?: Record<string, string> | null;
  version?: number | null;
  now?: Record<string, unknown> | null;
};

export type ProtectionDays = {
  days: number;
  version: number;
};

export type ProvinceFigure = {
  code: string;
  customers: number;
  value: number | null;
};

export type Quality = {
  as_of: string;
  tables: Record<string, TableQuality>;
  notes: string[];
  regions: RegionQuality[];
  locations: Record<string, number>;
  accuracy: SampleAccuracy | null;
  measured_at: string | null;
};

export type Reassignment = {
  to: string;
  reason: string;
  from_when?: string | null;
};

export type ReassignmentResult = {
  customer_code: string;
  done: CustomerReassigned | null;
  problem: Sentence | null;
};

export type Reassignments = {
  customers: Record<string, number>;
  to: string;
  reason: string;
};

export type RecordSeen = {
  code: string;
  read_version: number;
};

export type RegionQuality = {
  region_code: string;
  customers: number;
  completeness: number;
  located: number;
  freshness_days: number | null;
};

export type RegistrationDetail = {
  line: RegistrationLine;
  found: CompanyFinding[];
  may_decide: boolean;
  may_extend: boolean;
  may_withdraw: boolean;
  may_win: boolean;
};

export type RegistrationFilters = {
  box?: "all" | "mine" | "waiting";
  state?: "waiting" | "granted" | "expired" | "refused" | "withdrawn" | "won" | "";
  owner?: string;
};

export type RegistrationLine = {
  id: number;
  name: string;
  tax_id: string;
  region_code: string;
  note: string;
  owner: string;
  owner_code: string;
  by: string;
  made_at: string;
  state: "waiting" | "granted" | "expired" | "refused" | "withdrawn" | "won";
  protected_until: string | null;
  days_left: number | null;
  reason: string;
  decided_by: string;
  decided_at: string | null;
  extended: boolean;
  customer: string;
  version: number;
};

export type RegistrationRefusal = {
  reason: string;
};

export type RemarkAnswered = {
  accepted: boolean;
  answer?: string;
};

export type RemarkMade = {
  id: number;
  kind: string;
  text: string;
  by: string;
  at: string;
  territory: string;
  customer: string;
  customer_code: string;
  cost: Record<string, unknown>;
  answer: string;
  answered_by: string;
  accepted: boolean | null;
};

export type RemarkNoted = {
  id: number;
};

export type Reopening = {
  note?: string;
};

export type Restored = {
  code: string;
};

export type RetentionDays = {
  days: Record<string, number | null>;
};

export type RetentionRule = {
  kind: string;
  days: number | null;
  does: "deleted" | "emptied";
  due: number;
};

export type RetentionRules = {
  rules: RetentionRule[];
  version: number;
};

export type RevenueTarget = {
  period: string;
  value: string;
};

export type RuleFinding = {
  level: string;
  rule: string;
  message: Sentence;
};

export type RuleInPlace = {
  place: number;
  id: string;
  title: Sentence;
  sentence: Sentence;
  note: Sentence | null;
  condition: string;
  matched: number | null;
  share: number | null;
};

export type RuleTried = {
  rule: Sentence;
  held: boolean;
  text: Sentence;
};

export type RulesChecked = {
  problem: Sentence | null;
  rules: RuleInPlace[];
  findings: RuleFinding[];
};

export type RulesRestored = {
  note: string;
};

export type RulesSubmitted = {
  number: number;
};

export type RulesText = {
  version: RulesVersion | null;
  rules_version: string;
  rules: RuleInPlace[];
  text: string;
  ran_at: string | null;
  decided: number;
  others: number;
  in_force: boolean;
};

export type RulesToCheck = {
  text: string;
};

export type RulesVersion = {
  number: number;
  state: string;
  note: string;
  by: string;
  at: string | null;
  published_by: string;
  published_at: string | null;
};

export type Run = {
  id: number;
  kind: string;
  title: Sentence;
  state: string;
  progress: number | null;
  done: number;
  total: number | null;
  stage: Sentence | null;
  seconds_left: number | null;
  message: Sentence | null;
  link: string;
  by: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  attempt: number;
  attempts: number;
  cancelling: boolean;
  may_cancel: boolean;
  may_retry: boolean;
  may_enough: boolean;
  result: Record<string, unknown>;
};

export type RunBegun = {
  run: number;
};

export type RunStart = {
  kind: "customers.compare" | "quality.measure" | "scores.renew" | "scores.settle";
};

export type RunStarted = {
  run: number;
};

export type Sample = {
  id: number;
  state: "open" | "closed";
  size: number;
  seed: number;
  territory_code: string;
  region_code: string;
  by: string;
  drawn_at: string;
  closed_at: string | null;
  applied_at: string | null;
  items: number;
  checked: number;
  mine: number;
  version: number;
};

export type SampleAccuracy = {
  at: string;
  sample: number;
  fields: Record<string, FieldAccuracy>;
};

export type SampleField = {
  name: string;
  drawn: string;
  masked: boolean;
  verdict: "" | "right" | "wrong" | "unknown";
  right: string;
  outcome: string;
};

export type SampleItem = {
  id: number;
  sample: number;
  customer_code: string;
  customer: string;
  owner: string;
  checked_by: string;
  checked_at: string | null;
  fields: SampleField[];
  merged_into: string;
  version: number;
};

export type SampleResult = {
  field: string;
  checked: number;
  right: number;
  share: number;
  low: number;
  high: number;
};

export type ScheduleSet = {
  kind: "audit.verify" | "customers.compare" | "quality.measure" | "scores.renew" | "scores.settle";
  every_minutes?: number | null;
  at_time?: string | null;
  active?: boolean;
};

export type ScheduledWork = {
  kind: string;
  title: Sentence;
  when: Sentence;
  next_at: string;
  active: boolean;
  last_id: number | null;
  last_state: string;
};

export type ScopeFilters = {
  territory?: string;
  period?: string;
};

export type ScoreDimension = {
  name: string;
  text: Sentence | null;
  bar: number | null;
  standing: PeerStanding | null;
  aside: Sentence | null;
};

export type ScoreInput = {
  name: string;
  value: unknown;
  kind: string;
};

export type ScorePart = {
  name: string;
  value: unknown;
  rank: number | null;
  weight: number;
  points: number | null;
};

export type Scorecard = {
  tier: string;
  score: number | null;
  standing: PeerStanding | null;
  dimensions: ScoreDimension[];
  known: number;
  as_of: string;
  industry: string;
};

export type Seen = {
  ids?: number[] | null;
};

export type Sentence = {
  code: string;
  params: Record<string, unknown>;
  text: string;
};

export type SituationRival = {
  name: string;
  share: number | null;
  strength: string;
  at: string;
};

export type Snoozing = {
  days: number;
  note?: string;
};

export type StandIn = {
  code: string;
  name: string;
  same_team: boolean;
  shared: number;
  of: number;
  free_hours: number;
};

export type StepDone = {
  moved: number;
  skipped: number;
  version: number;
};

export type StepWritten = {
  version: number;
};

export type Submission = {
  note: string;
  effective_on?: string | null;
  confirmed?: boolean;
};

export type Survey = {
  code: string;
  kind: "csat" | "nps" | "ces" | "loyalty" | "need" | "brand";
  title_zh: string;
  title_en: string;
  question_zh: string;
  question_en: string;
  scale_max: number;
  topic: string;
  takes_comment: boolean;
  state: "upcoming" | "open" | "closed";
  opens_on: string;
  closes_on: string | null;
  by: string;
  invited: number;
  answered: number;
  rate: number | null;
  result: SurveyResult;
  version: number;
};

export type SurveyAnswer = {
  customer_code: string;
  customer: string;
  owner: string;
  at: string;
  score: number;
  scale_max: number;
  comment: string;
  low: boolean;
};

export type SurveyLink = {
  customer: string;
  name: string;
  url: string;
};

export type SurveyResult = {
  measure: "top_two" | "nps" | "mean";
  value: number | null;
  n: number;
  low: number | null;
  high: number | null;
};

export type TableQuality = {
  file: string;
  read: number;
  kept: number;
  rejected: number;
  blank: number;
  rejected_by: Record<string, number>;
  problems: Record<string, number>;
  completeness: Record<string, number>;
  validity: number;
  uniqueness: number | null;
  freshness_days: number | null;
  later: number;
  nulled: Record<string, number>;
  own_columns: string[];
  doubts: Record<string, number>;
  consistency: number;
};

export type TaskDone = {
  note?: string;
};

export type TaskLeft = {
  note: string;
};

export type TeamsWork = {
  today: string;
  as_of: string | null;
  lines: OwnersWork[];
  total: OwnersWork;
};

export type TerritoryCompared = {
  code: string;
  name: string;
  owner_before: string;
  owner_after: string;
  customers_before: number;
  customers_after: number;
  deviation_before: number | null;
  deviation_after: number | null;
  came: number;
  went: number;
};

export type TerritoryDetail = {
  node: TreePlace;
  figures: MonitoredFigure[];
  trend: MonthlyTrend;
  alerts: AlertLine[];
  below: TerritoryFigure[];
  deviation: number | null;
  targets: RevenueTarget[];
};

export type TerritoryFigure = {
  node: TreePlace;
  customers: number;
  value: number | null;
  before: number | null;
  deviation: number | null;
  series: (number | null)[];
};

export type TerritoryLock = {
  locked: boolean;
};

export type TerritoryMove = {
  to: string;
};

export type TextLine = {
  kind: string;
  text: string;
};

export type TimelineEvent = {
  at: string;
  kind: string;
  title: Sentence;
  text: Sentence;
  quote: string;
  who: string;
};

export type TimelinePage = {
  events: TimelineEvent[];
  next: string | null;
};

export type ToStep = {
  step: number;
};

export type TodaysWork = {
  today: string;
  as_of: string | null;
  visits: PlannedVisit[];
  actions: NextAction[];
  next: string | null;
  previous: string | null;
  counts: Record<string, number>;
  kinds: Record<string, number>;
  stake: string;
};

export type Token = {
  id: number;
  name: string;
  prefix: string;
  scopes: string[];
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
  alive: boolean;
};

export type TokenText = {
  token: string;
};

export type TreePlace = {
  code: string;
  name: string;
  owner: string;
  owner_code: string;
  deviation: number | null;
};

export type VisitMade = {
  note?: string;
  minutes?: number | null;
};

export type Waiting = {
  approvals: number;
  notices: number;
};

export type Webhook = {
  id: number;
  url: string;
  kinds: string[];
  active: boolean;
  created_at: string;
  waiting: number;
  dead: number;
  sent_at: string | null;
  trouble: string;
};

export type WebhookMade = {
  id: number;
  secret: string;
};

export type WebhookSwitch = {
  active: boolean;
};

export type WhoseData = {
  contact?: string;
};

export type Why = {
  id: number | null;
  customer_code: string;
  customer_name: string;
  sentence: Sentence;
  outcome: string;
  owner: string;
  owner_code: string;
  territory: string;
  rule: string;
  rule_title: Sentence;
  by: string;
  decided_at: string;
  rules_version: string;
  rules_number: number | null;
  plan_code: string;
  tried: RuleTried[];
  stages: Narrowing[];
  candidates: CandidateConsidered[];
  changes: Sentence[];
  appeals: AppealMade[];
  whole: boolean;
  may_appeal: boolean;
  latest: boolean;
};

export type WorkFilters = {
  owner?: string;
  kind?: string;
  when?: "" | "late" | "today" | "week" | "later";
};

export interface Operations {

  "GET /api/v1/actions/{action}": {
    path: { action: number };
    query: Record<string, never>;
    body: undefined;
    answer: NextAction;
  };
  "POST /api/v1/actions/{action}/dismiss": {
    path: { action: number };
    query: Record<string, never>;
    body: TaskLeft;
    answer: NextAction;
  };
  "POST /api/v1/actions/{action}/done": {
    path: { action: number };
    query: Record<string, never>;
    body: TaskDone;
    answer: NextAction;
  };
  "POST /api/v1/actions/{action}/postpone": {
    path: { action: number };
    query: Record<string, never>;
    body: OtherDay;
    answer: NextAction;
  };
  "POST /api/v1/actions/{action}/reopen": {
    path: { action: number };
    query: Record<string, never>;
    body: undefined;
    answer: NextAction;
  };
  "GET /api/v1/alerts": {
    path: Record<string, never>;
    query: { state?: "open" | "snoozed" | "handled"; territory?: string };
    body: undefined;
    answer: AlertList;
  };
  "GET /api/v1/alerts/{alert}": {
    path: { alert: number };
    query: Record<string, never>;
    body: undefined;
    answer: AlertDetail;
  };
  "POST /api/v1/alerts/{alert}/handle": {
    path: { alert: number };
    query: Record<string, never>;
    body: Handling;
    answer: AlertDetail;
  };
  "POST /api/v1/alerts/{alert}/reopen": {
    path: { alert: number };
    query: Record<string, never>;
    body: Reopening;
    answer: AlertDetail;
  };
  "POST /api/v1/alerts/{alert}/snooze": {
    path: { alert: number };
    query: Record<string, never>;
    body: Snoozing;
    answer: AlertDetail;
  };
  "GET /api/v1/appeals": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: AppealLine[];
  };
  "POST /api/v1/appeals/{appeal}/answer": {
    path: { appeal: number };
    query: Record<string, never>;
    body: AppealAnswer;
    answer: AppealAnswered;
  };
  "GET /api/v1/audit": {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string | null; verb?: string; noun?: string; key?: string; since?: string | null; until?: string | null };
    body: undefined;
    answer: ListingAct;
  };
  "POST /api/v1/audit/verify": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Run;
  };
  "GET /api/v1/collect/feeds": {
    path: Record<string, never>;
    query: { cursor?: string | null; limit?: number };
    body: undefined;
    answer: ListingFeedDetail;
  };
  "POST /api/v1/collect/feeds": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewFeed;
    answer: FeedDetail;
  };
  "DELETE /api/v1/collect/feeds/{feed}": {
    path: { feed: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "GET /api/v1/collect/feeds/{feed}": {
    path: { feed: number };
    query: Record<string, never>;
    body: undefined;
    answer: FeedDetail;
  };
  "PUT /api/v1/collect/feeds/{feed}": {
    path: { feed: number };
    query: Record<string, never>;
    body: FeedChange;
    answer: FeedDetail;
  };
  "GET /api/v1/collect/feeds/{feed}/arrivals": {
    path: { feed: number };
    query: { cursor?: string | null; limit?: number };
    body: undefined;
    answer: ListingFeedArrival;
  };
  "POST /api/v1/collect/feeds/{feed}/look": {
    path: { feed: number };
    query: Record<string, never>;
    body: undefined;
    answer: LookStarted;
  };
  "GET /api/v1/collect/imports": {
    path: Record<string, never>;
    query: { cursor?: string | null; limit?: number };
    body: undefined;
    answer: ListingImportSummary;
  };
  "POST /api/v1/collect/imports": {
    path: Record<string, never>;
    query: { name?: string; table?: string };
    body: string;
    answer: ImportStarted;
  };
  "GET /api/v1/collect/imports/{upload}": {
    path: { upload: number };
    query: Record<string, never>;
    body: undefined;
    answer: ImportDetail;
  };
  "POST /api/v1/collect/imports/{upload}/apply": {
    path: { upload: number };
    query: Record<string, never>;
    body: undefined;
    answer: ImportStarted;
  };
  "POST /api/v1/collect/imports/{upload}/check": {
    path: { upload: number };
    query: Record<string, never>;
    body: undefined;
    answer: ImportStarted;
  };
  "PUT /api/v1/collect/imports/{upload}/corrections": {
    path: { upload: number };
    query: Record<string, never>;
    body: ImportCorrections;
    answer: ImportDetail;
  };
  "GET /api/v1/collect/imports/{upload}/difference": {
    path: { upload: number };
    query: { table?: string; start?: number };
    body: undefined;
    answer: ImportDifference;
  };
  "GET /api/v1/collect/imports/{upload}/error-file": {
    path: { upload: number };
    query: { table?: string };
    body: undefined;
    answer: string;
  };
  "POST /api/v1/collect/imports/{upload}/give-up": {
    path: { upload: number };
    query: Record<string, never>;
    body: undefined;
    answer: ImportDetail;
  };
  "PUT /api/v1/collect/imports/{upload}/mapping": {
    path: { upload: number };
    query: Record<string, never>;
    body: ImportMapping;
    answer: ImportDetail;
  };
  "GET /api/v1/collect/imports/{upload}/rejects": {
    path: { upload: number };
    query: { table?: string; start?: number };
    body: undefined;
    answer: BadRows;
  };
  "POST /api/v1/collect/imports/{upload}/undo": {
    path: { upload: number };
    query: Record<string, never>;
    body: undefined;
    answer: ImportStarted;
  };
  "GET /api/v1/collect/quality": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Quality;
  };
  "GET /api/v1/collect/regions": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: OwnRegionLevel[];
  };
  "POST /api/v1/collect/regions": {
    path: Record<string, never>;
    query: { name?: string; level?: string; crs?: "wgs84" | "gcj02" | "bd09" };
    body: string;
    answer: OwnRegionLevel[];
  };
  "DELETE /api/v1/collect/regions/{batch}": {
    path: { batch: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "GET /api/v1/collect/regions/{batch}": {
    path: { batch: number };
    query: Record<string, never>;
    body: undefined;
    answer: OwnRegionLevel;
  };
  "POST /api/v1/collect/regions/{batch}/replace": {
    path: { batch: number };
    query: { name?: string; level?: string; crs?: "wgs84" | "gcj02" | "bd09" };
    body: string;
    answer: OwnRegionLevel[];
  };
  "GET /api/v1/company-check": {
    path: Record<string, never>;
    query: { name?: string; tax_id?: string; phone?: string };
    body: undefined;
    answer: CompanyCheck;
  };
  "GET /api/v1/competitors": {
    path: Record<string, never>;
    query: { place?: string; name?: string; stale?: boolean; all_days?: boolean; limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingCompetitorStatement;
  };
  "POST /api/v1/competitors": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewCompetitorStatement;
    answer: CompetitorStatement;
  };
  "DELETE /api/v1/competitors/{rival}": {
    path: { rival: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "GET /api/v1/competitors/{rival}": {
    path: { rival: number };
    query: Record<string, never>;
    body: undefined;
    answer: CompetitorStatement;
  };
  "POST /api/v1/customer-exports": {
    path: Record<string, never>;
    query: { tab?: "all" | "mine" | "pool"; q?: string; sort?: "name" | "-name" | "score" | "-score" | "clv" | "-clv" | "revenue" | "-revenue" | "risk" | "-risk" | "recency" | "-recency"; tier?: ("A" | "B" | "C" | "D")[]; value?: ("A" | "B" | "C")[]; risk?: ("high" | "middle" | "low" | "unknown")[]; key?: "yes"[]; gap?: ("phone" | "address" | "place" | "industry" | "needs" | "score" | "name" | "email" | "tax_id" | "region" | "revenue" | "size" | "channel" | "owner" | "since")[]; doubt?: ("phone" | "email" | "tax_id" | "region" | "place" | "owner" | "parent" | "later" | "same_tax_id" | "same_phone")[]; located?: ("exact" | "street" | "district" | "city" | "unstated" | "none")[]; unvisited?: ("30" | "60" | "90" | "180")[]; owner?: string[]; territory?: string[]; region?: string[]; industry?: string[]; channel?: string[]; need?: string[]; product?: string[]; form?: "csv" | "xlsx" };
    body: undefined;
    answer: ExportStarted;
  };
  "GET /api/v1/customer-exports/{run}": {
    path: { run: number };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  "GET /api/v1/customer-filters": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Record<string, FilterOption[]>;
  };
  "GET /api/v1/customers": {
    path: Record<string, never>;
    query: { tab?: "all" | "mine" | "pool"; q?: string; sort?: "name" | "-name" | "score" | "-score" | "clv" | "-clv" | "revenue" | "-revenue" | "risk" | "-risk" | "recency" | "-recency"; tier?: ("A" | "B" | "C" | "D")[]; value?: ("A" | "B" | "C")[]; risk?: ("high" | "middle" | "low" | "unknown")[]; key?: "yes"[]; gap?: ("phone" | "address" | "place" | "industry" | "needs" | "score" | "name" | "email" | "tax_id" | "region" | "revenue" | "size" | "channel" | "owner" | "since")[]; doubt?: ("phone" | "email" | "tax_id" | "region" | "place" | "owner" | "parent" | "later" | "same_tax_id" | "same_phone")[]; located?: ("exact" | "street" | "district" | "city" | "unstated" | "none")[]; unvisited?: ("30" | "60" | "90" | "180")[]; owner?: string[]; territory?: string[]; region?: string[]; industry?: string[]; channel?: string[]; need?: string[]; product?: string[]; limit?: number; cursor?: string | null };
    body: undefined;
    answer: CustomerPage;
  };
  "POST /api/v1/customers": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewCustomer;
    answer: Made;
  };
  "GET /api/v1/customers/{customer}": {
    path: { customer: string };
    query: Record<string, never>;
    body: undefined;
    answer: CustomerDetail;
  };
  "PATCH /api/v1/customers/{customer}": {
    path: { customer: string };
    query: Record<string, never>;
    body: CustomerChanges;
    answer: CustomerDetail;
  };
  "GET /api/v1/customers/{customer}/consents": {
    path: { customer: string };
    query: Record<string, never>;
    body: undefined;
    answer: ConsentLine[];
  };
  "POST /api/v1/customers/{customer}/consents": {
    path: { customer: string };
    query: Record<string, never>;
    body: NewConsent;
    answer: ConsentLine[];
  };
  "GET /api/v1/customers/{customer}/contacts": {
    path: { customer: string };
    query: Record<string, never>;
    body: undefined;
    answer: ContactPerson[];
  };
  "POST /api/v1/customers/{customer}/erasure": {
    path: { customer: string };
    query: Record<string, never>;
    body: Erasing;
    answer: ErasingStarted;
  };
  "POST /api/v1/customers/{customer}/notes": {
    path: { customer: string };
    query: Record<string, never>;
    body: NewNote;
    answer: Noted;
  };
  "GET /api/v1/customers/{customer}/ownership": {
    path: { customer: string };
    query: Record<string, never>;
    body: undefined;
    answer: OwnershipSpell[];
  };
  "POST /api/v1/customers/{customer}/personal-data": {
    path: { customer: string };
    query: Record<string, never>;
    body: WhoseData;
    answer: PersonalDataFile;
  };
  "POST /api/v1/customers/{customer}/reassign": {
    path: { customer: string };
    query: Record<string, never>;
    body: Reassignment;
    answer: CustomerReassigned;
  };
  "GET /api/v1/customers/{customer}/receivers": {
    path: { customer: string };
    query: Record<string, never>;
    body: undefined;
    answer: CustomerToReassign;
  };
  "GET /api/v1/customers/{customer}/scores": {
    path: { customer: string };
    query: Record<string, never>;
    body: undefined;
    answer: Scorecard;
  };
  "GET /api/v1/customers/{customer}/scores/{dimension}": {
    path: { customer: string; dimension: "score" | "value" | "satisfaction" | "loyalty" | "needs" | "risk" };
    query: Record<string, never>;
    body: undefined;
    answer: Calculation;
  };
  "GET /api/v1/customers/{customer}/timeline": {
    path: { customer: string };
    query: { group?: "" | "orders" | "visits" | "voice" | "money" | "owners"; cursor?: string | null };
    body: undefined;
    answer: TimelinePage;
  };
  "GET /api/v1/customers/{customer}/why": {
    path: { customer: string };
    query: Record<string, never>;
    body: undefined;
    answer: Why;
  };
  "GET /api/v1/decisions": {
    path: Record<string, never>;
    query: { outcome?: "" | "assigned" | "kept" | "pooled" | "unassigned"; rule?: string; owner?: string; since?: string | null; until?: string | null; q?: string; limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingDecisionLine;
  };
  "GET /api/v1/decisions/{decision}": {
    path: { decision: number };
    query: Record<string, never>;
    body: undefined;
    answer: Why;
  };
  "POST /api/v1/decisions/{decision}/appeals": {
    path: { decision: number };
    query: Record<string, never>;
    body: NewAppeal;
    answer: Appealed;
  };
  "GET /api/v1/duplicates": {
    path: Record<string, never>;
    query: { state?: "open" | "later" | "apart"; verdict?: "" | "merge" | "review"; territory?: string; customer?: string; limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingDuplicate;
  };
  "GET /api/v1/duplicates/{pair}": {
    path: { pair: number };
    query: { alone?: boolean };
    body: undefined;
    answer: DuplicateGroup;
  };
  "POST /api/v1/duplicates/{pair}/judge": {
    path: { pair: number };
    query: Record<string, never>;
    body: Judgement;
    answer: DuplicateGroup;
  };
  "GET /api/v1/inbox": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Waiting;
  };
  "GET /api/v1/inbox/approvals": {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string | null; box?: "waiting" | "asked" | "decided" };
    body: undefined;
    answer: ListingApproval;
  };
  "POST /api/v1/inbox/approvals/{approval}/decide": {
    path: { approval: number };
    query: Record<string, never>;
    body: Decision;
    answer: undefined;
  };
  "GET /api/v1/inbox/notices": {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string | null; unread?: boolean };
    body: undefined;
    answer: ListingNotice;
  };
  "POST /api/v1/inbox/notices/read": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Seen;
    answer: Marked;
  };
  "GET /api/v1/indicators": {
    path: Record<string, never>;
    query: { territory?: string; period?: string };
    body: undefined;
    answer: Figures;
  };
  "GET /api/v1/indicators/by-territory": {
    path: Record<string, never>;
    query: { territory?: string; period?: string; metric?: "sales" | "attainment" | "coverage" | "visits" | "retention" | "new_customers" | "active_customers" | "market_share" | "overdue" | "complaints" | "complaint_hours" | "csat" | "nps" };
    body: undefined;
    answer: FiguresByTerritory;
  };
  "GET /api/v1/market": {
    path: Record<string, never>;
    query: { place?: string; kind?: "size" | "competition" | "growth" | "population" | "gdp" | "culture" | "law" | ""; stale?: boolean; all_days?: boolean; limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingMarketStatement;
  };
  "POST /api/v1/market": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewMarketStatement;
    answer: MarketStatement;
  };
  "GET /api/v1/market-situations": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: MarketSituation[];
  };
  "DELETE /api/v1/market/{fact}": {
    path: { fact: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "GET /api/v1/market/{fact}": {
    path: { fact: number };
    query: Record<string, never>;
    body: undefined;
    answer: MarketStatement;
  };
  "GET /api/v1/me": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Me;
  };
  "GET /api/v1/merges": {
    path: Record<string, never>;
    query: { customer?: string; limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingMergeOfCustomers;
  };
  "POST /api/v1/merges": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: MergeAsked;
    answer: MergeDone;
  };
  "POST /api/v1/merges/all": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: MergeAll;
    answer: RunBegun;
  };
  "POST /api/v1/merges/{merge}/undo": {
    path: { merge: number };
    query: Record<string, never>;
    body: undefined;
    answer: Restored;
  };
  "GET /api/v1/overview": {
    path: Record<string, never>;
    query: { territory?: string; period?: string; region?: string; measure?: "revenue" | "potential" | "customers" | "penetration" | "nps" | "at_risk" | "growth" };
    body: undefined;
    answer: OverviewPage;
  };
  "GET /api/v1/owners": {
    path: Record<string, never>;
    query: { team?: string };
    body: undefined;
    answer: OwnerList;
  };
  "GET /api/v1/owners/{owner}": {
    path: { owner: string };
    query: Record<string, never>;
    body: undefined;
    answer: OwnerDetail;
  };
  "POST /api/v1/owners/{owner}/absences": {
    path: { owner: string };
    query: Record<string, never>;
    body: NewAbsence;
    answer: undefined;
  };
  "DELETE /api/v1/owners/{owner}/absences/{absence}": {
    path: { owner: string; absence: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "GET /api/v1/partners": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: PartnerList;
  };
  "GET /api/v1/plans": {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string | null; state?: "draft" | "review" | "returned" | "approved" | "active" | "archived" | null };
    body: undefined;
    answer: ListingPlanLine;
  };
  "POST /api/v1/plans": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Named;
    answer: PlanMade;
  };
  "POST /api/v1/plans/import": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewPlanFiles;
    answer: PlanMade;
  };
  "POST /api/v1/plans/solve": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Named;
    answer: RunStarted;
  };
  "GET /api/v1/plans/{plan}": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanDetail;
  };
  "PATCH /api/v1/plans/{plan}": {
    path: { plan: string };
    query: Record<string, never>;
    body: Named;
    answer: PlanDetail;
  };
  "POST /api/v1/plans/{plan}/approve": {
    path: { plan: string };
    query: Record<string, never>;
    body: PlanApproved;
    answer: PlanDetail;
  };
  "POST /api/v1/plans/{plan}/archive": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanDetail;
  };
  "GET /api/v1/plans/{plan}/contents": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanContents;
  };
  "GET /api/v1/plans/{plan}/difference": {
    path: { plan: string };
    query: { to?: string };
    body: undefined;
    answer: PlansCompared;
  };
  "GET /api/v1/plans/{plan}/files": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanFiles;
  };
  "POST /api/v1/plans/{plan}/fork": {
    path: { plan: string };
    query: Record<string, never>;
    body: Named;
    answer: PlanMade;
  };
  "POST /api/v1/plans/{plan}/move": {
    path: { plan: string };
    query: Record<string, never>;
    body: Move;
    answer: StepDone;
  };
  "POST /api/v1/plans/{plan}/move/preview": {
    path: { plan: string };
    query: Record<string, never>;
    body: Move;
    answer: MovePreview[];
  };
  "POST /api/v1/plans/{plan}/objections": {
    path: { plan: string };
    query: Record<string, never>;
    body: NewObjection;
    answer: RemarkNoted;
  };
  "POST /api/v1/plans/{plan}/publish": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: RunStarted;
  };
  "POST /api/v1/plans/{plan}/redo": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: StepDone;
  };
  "POST /api/v1/plans/{plan}/remarks": {
    path: { plan: string };
    query: Record<string, never>;
    body: NewRemark;
    answer: RemarkNoted;
  };
  "POST /api/v1/plans/{plan}/remarks/{remark}/answer": {
    path: { plan: string; remark: number };
    query: Record<string, never>;
    body: RemarkAnswered;
    answer: undefined;
  };
  "POST /api/v1/plans/{plan}/restore": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanDetail;
  };
  "POST /api/v1/plans/{plan}/return": {
    path: { plan: string };
    query: Record<string, never>;
    body: PlanReturned;
    answer: PlanDetail;
  };
  "POST /api/v1/plans/{plan}/revert": {
    path: { plan: string };
    query: Record<string, never>;
    body: ToStep;
    answer: StepDone;
  };
  "POST /api/v1/plans/{plan}/roll-back": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanMade;
  };
  "GET /api/v1/plans/{plan}/steps": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanSteps;
  };
  "POST /api/v1/plans/{plan}/submit": {
    path: { plan: string };
    query: Record<string, never>;
    body: Submission;
    answer: PlanDetail;
  };
  "PATCH /api/v1/plans/{plan}/territories/{territory}": {
    path: { plan: string; territory: string };
    query: Record<string, never>;
    body: Named;
    answer: StepWritten;
  };
  "PUT /api/v1/plans/{plan}/territories/{territory}/locked": {
    path: { plan: string; territory: string };
    query: Record<string, never>;
    body: TerritoryLock;
    answer: StepWritten;
  };
  "POST /api/v1/plans/{plan}/territories/{territory}/move-all": {
    path: { plan: string; territory: string };
    query: Record<string, never>;
    body: TerritoryMove;
    answer: StepDone;
  };
  "GET /api/v1/plans/{plan}/territories/{territory}/units": {
    path: { plan: string; territory: string };
    query: { limit?: number; cursor?: string | null; measure?: "workload" | "potential" | "revenue" | "customers"; only?: "" | "moved" | "key" | "locked"; q?: string; sort?: "name" | "value" | "-value" | "revenue" | "-revenue" };
    body: undefined;
    answer: ListingPlanUnit;
  };
  "POST /api/v1/plans/{plan}/undo": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: StepDone;
  };
  "POST /api/v1/plans/{plan}/withdraw": {
    path: { plan: string };
    query: Record<string, never>;
    body: undefined;
    answer: PlanDetail;
  };
  "GET /api/v1/policy": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: PolicyInForce;
  };
  "GET /api/v1/policy/versions": {
    path: Record<string, never>;
    query: { cursor?: string | null };
    body: undefined;
    answer: ListingPolicyVersionLine;
  };
  "POST /api/v1/policy/versions": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewPolicy;
    answer: PolicyPublished;
  };
  "GET /api/v1/policy/versions/{number}": {
    path: { number: number };
    query: Record<string, never>;
    body: undefined;
    answer: PolicyVersionDetail;
  };
  "GET /api/v1/privacy/processing": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Record<string, unknown>;
  };
  "GET /api/v1/privacy/retention": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: RetentionRules;
  };
  "PUT /api/v1/privacy/retention": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: RetentionDays;
    answer: RetentionRules;
  };
  "POST /api/v1/reassignments": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Reassignments;
    answer: ReassignmentResult[];
  };
  "GET /api/v1/registration-days": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: ProtectionDays;
  };
  "PUT /api/v1/registration-days": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewProtectionDays;
    answer: ProtectionDays;
  };
  "GET /api/v1/registrations": {
    path: Record<string, never>;
    query: { box?: "all" | "mine" | "waiting"; state?: "waiting" | "granted" | "expired" | "refused" | "withdrawn" | "won" | ""; owner?: string; limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingRegistrationLine;
  };
  "POST /api/v1/registrations": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewRegistration;
    answer: RegistrationDetail;
  };
  "GET /api/v1/registrations/{registration}": {
    path: { registration: number };
    query: Record<string, never>;
    body: undefined;
    answer: RegistrationDetail;
  };
  "POST /api/v1/registrations/{registration}/extend": {
    path: { registration: number };
    query: Record<string, never>;
    body: undefined;
    answer: RegistrationDetail;
  };
  "POST /api/v1/registrations/{registration}/grant": {
    path: { registration: number };
    query: Record<string, never>;
    body: undefined;
    answer: RegistrationDetail;
  };
  "POST /api/v1/registrations/{registration}/refuse": {
    path: { registration: number };
    query: Record<string, never>;
    body: RegistrationRefusal;
    answer: RegistrationDetail;
  };
  "POST /api/v1/registrations/{registration}/withdraw": {
    path: { registration: number };
    query: Record<string, never>;
    body: undefined;
    answer: RegistrationDetail;
  };
  "GET /api/v1/rules": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: RulesText;
  };
  "POST /api/v1/rules/check": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: RulesToCheck;
    answer: RulesChecked;
  };
  "GET /api/v1/rules/versions": {
    path: Record<string, never>;
    query: { cursor?: string | null };
    body: undefined;
    answer: ListingRulesVersion;
  };
  "POST /api/v1/rules/versions": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewRules;
    answer: RulesSubmitted;
  };
  "GET /api/v1/rules/versions/{number}": {
    path: { number: number };
    query: Record<string, never>;
    body: undefined;
    answer: RulesText;
  };
  "POST /api/v1/rules/versions/{number}/restore": {
    path: { number: number };
    query: Record<string, never>;
    body: RulesRestored;
    answer: RulesSubmitted;
  };
  "POST /api/v1/rules/versions/{number}/withdraw": {
    path: { number: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "GET /api/v1/runs": {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string | null; state?: "" | "open" | "queued" | "running" | "succeeded" | "failed" | "cancelled" | "paused" };
    body: undefined;
    answer: ListingRun;
  };
  "POST /api/v1/runs": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: RunStart;
    answer: Run;
  };
  "GET /api/v1/runs/{run}": {
    path: { run: number };
    query: Record<string, never>;
    body: undefined;
    answer: Run;
  };
  "POST /api/v1/runs/{run}/cancel": {
    path: { run: number };
    query: Record<string, never>;
    body: undefined;
    answer: Run;
  };
  "POST /api/v1/runs/{run}/enough": {
    path: { run: number };
    query: Record<string, never>;
    body: undefined;
    answer: Run;
  };
  "POST /api/v1/runs/{run}/retry": {
    path: { run: number };
    query: Record<string, never>;
    body: undefined;
    answer: Run;
  };
  "GET /api/v1/sample-items/{item}": {
    path: { item: number };
    query: Record<string, never>;
    body: undefined;
    answer: SampleItem;
  };
  "PATCH /api/v1/sample-items/{item}": {
    path: { item: number };
    query: Record<string, never>;
    body: Answers;
    answer: SampleItem;
  };
  "GET /api/v1/samples": {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingSample;
  };
  "POST /api/v1/samples": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewSample;
    answer: Sample;
  };
  "GET /api/v1/samples/{sample}": {
    path: { sample: number };
    query: Record<string, never>;
    body: undefined;
    answer: ClosedSample;
  };
  "POST /api/v1/samples/{sample}/apply": {
    path: { sample: number };
    query: Record<string, never>;
    body: undefined;
    answer: Applied;
  };
  "POST /api/v1/samples/{sample}/close": {
    path: { sample: number };
    query: Record<string, never>;
    body: undefined;
    answer: Sample;
  };
  "GET /api/v1/samples/{sample}/items": {
    path: { sample: number };
    query: { limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingSampleItem;
  };
  "GET /api/v1/schedules": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: ScheduledWork[];
  };
  "POST /api/v1/schedules": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: ScheduleSet;
    answer: ScheduledWork[];
  };
  "GET /api/v1/service/team": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: TeamsWork;
  };
  "GET /api/v1/service/today": {
    path: Record<string, never>;
    query: { owner?: string; kind?: string; when?: "" | "late" | "today" | "week" | "later"; cursor?: string | null };
    body: undefined;
    answer: TodaysWork;
  };
  "GET /api/v1/surveys": {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingSurvey;
  };
  "POST /api/v1/surveys": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewSurvey;
    answer: Survey;
  };
  "GET /api/v1/surveys/{survey}": {
    path: { survey: string };
    query: Record<string, never>;
    body: undefined;
    answer: Survey;
  };
  "GET /api/v1/surveys/{survey}/answers": {
    path: { survey: string };
    query: { limit?: number; cursor?: string | null };
    body: undefined;
    answer: ListingSurveyAnswer;
  };
  "POST /api/v1/surveys/{survey}/close": {
    path: { survey: string };
    query: Record<string, never>;
    body: undefined;
    answer: Survey;
  };
  "POST /api/v1/surveys/{survey}/links": {
    path: { survey: string };
    query: Record<string, never>;
    body: Invitees;
    answer: SurveyLink[];
  };
  "POST /api/v1/surveys/{survey}/reopen": {
    path: { survey: string };
    query: Record<string, never>;
    body: undefined;
    answer: Survey;
  };
  "GET /api/v1/territories/{territory}": {
    path: { territory: string };
    query: { period?: string };
    body: undefined;
    answer: TerritoryDetail;
  };
  "GET /api/v1/tokens": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Token[];
  };
  "POST /api/v1/tokens": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewToken;
    answer: TokenText;
  };
  "DELETE /api/v1/tokens/{token}": {
    path: { token: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "POST /api/v1/tokens/{token}/rotate": {
    path: { token: number };
    query: Record<string, never>;
    body: NewDays;
    answer: TokenText;
  };
  "GET /api/v1/visits/{visit}": {
    path: { visit: number };
    query: Record<string, never>;
    body: undefined;
    answer: PlannedVisit;
  };
  "POST /api/v1/visits/{visit}/dismiss": {
    path: { visit: number };
    query: Record<string, never>;
    body: TaskLeft;
    answer: PlannedVisit;
  };
  "POST /api/v1/visits/{visit}/done": {
    path: { visit: number };
    query: Record<string, never>;
    body: VisitMade;
    answer: PlannedVisit;
  };
  "POST /api/v1/visits/{visit}/postpone": {
    path: { visit: number };
    query: Record<string, never>;
    body: OtherDay;
    answer: PlannedVisit;
  };
  "POST /api/v1/visits/{visit}/reopen": {
    path: { visit: number };
    query: Record<string, never>;
    body: undefined;
    answer: PlannedVisit;
  };
  "GET /api/v1/webhooks": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Webhook[];
  };
  "POST /api/v1/webhooks": {
    path: Record<string, never>;
    query: Record<string, never>;
    body: NewWebhook;
    answer: WebhookMade;
  };
  "DELETE /api/v1/webhooks/{webhook}": {
    path: { webhook: number };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  "PUT /api/v1/webhooks/{webhook}/active": {
    path: { webhook: number };
    query: Record<string, never>;
    body: WebhookSwitch;
    answer: undefined;
  };
}
