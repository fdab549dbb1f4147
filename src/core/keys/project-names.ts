/**
 * Projects that go by several names: first the name of the repository, then those of its packages, former repositories
 * and forks. All as `normalName` writes them. A name that is missing here is its own project: add a row where a package
 * does not have its repository's name, or a fork takes a new one. A row that is added moves the samples of its other
 * names to the split of the first.
 */
const NAMES: readonly (readonly [project: string, ...others: string[]])[] = [
  // Of the repositories whose fixes were mined: train, then dev.
  ['coveragepy', 'coverage'],
  ['django-rest-framework', 'djangorestframework'],
  ['docker-py', 'docker'],
  ['gym', 'gymnasium'],
  ['ignite', 'pytorch-ignite'],
  ['jax', 'jaxlib'],
  ['jinja', 'jinja2'],
  ['kafka-python', 'kafka-python-ng'],
  ['lm-evaluation-harness', 'lm-eval'],
  ['mne-python', 'mne'],
  ['mongo-python-driver', 'pymongo'],
  ['notebook', 'nbclassic'],
  ['platformio-core', 'platformio'],
  ['pyro', 'pyro-ppl'],
  ['python-prompt-toolkit', 'prompt-toolkit'],
  ['pytorch-lightning', 'lightning', 'lightning-fabric'],
  ['redis-py', 'redis'],
  ['sentry-python', 'sentry-sdk'],
  ['streamlink', 'livestreamer'],
  ['typer', 'typer-slim'],
  ['urllib3', 'urllib3-future'],
  ['cli', 'httpie'],
  ['fastapi', 'fastapi-slim'],
  // Other packages that are often installed.
  ['airflow', 'apache-airflow'],
  ['autogen', 'autogen-core'],
  ['azure-sdk-for-python', 'azure-core', 'azure-storage-blob'],
  ['beautifulsoup', 'beautifulsoup4', 'bs4'],
  ['cirq', 'cirq-core'],
  ['dateutil', 'python-dateutil'],
  ['grpc', 'grpcio'],
  ['influxdb-client-python', 'influxdb-client'],
  ['langchain', 'langchain-core'],
  ['llama-index', 'llama-index-core'],
  ['localstack', 'localstack-core'],
  ['neo4j-python-driver', 'neo4j'],
  ['opencv-python', 'opencv-python-headless', 'opencv-contrib-python'],
  ['pillow', 'pil', 'pillow-simd'],
  ['psycopg2', 'psycopg2-binary'],
  ['pytorch', 'torch'],
  ['pytorch-image-models', 'timm'],
  ['scikit-learn', 'sklearn'],
  ['spark', 'pyspark'],
  ['superset', 'apache-superset'],
];

/** Every other name -> its project. */
const PROJECT_OF_NAME: ReadonlyMap<string, string> = new Map(
  NAMES.flatMap(([project, ...others]) => others.map((name) => [name, project] as const)),
);

/** Projects with several names, each as the list of them, the project's own first. For tests and tables. */
export function namesOfProjects(): readonly (readonly string[])[] {
  return NAMES;
}

/** A name as PyPI normalises it (PEP 503): `Scikit_Learn` is `scikit-learn`. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The project that a repository, package or fork of this name (without owner) belongs to. */
export function projectNamed(name: string): string {
  const normal = normalName(name);
  return PROJECT_OF_NAME.get(normal) ?? normal;
}
