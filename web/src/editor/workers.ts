import LanguageWorker from './language.worker?worker';

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new LanguageWorker({ name: label }),
};
