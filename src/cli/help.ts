import { type Command, Help, type HelpConfiguration, type Option } from 'commander';

/** Heading of the options that only `--help-all` shows. */
export const rareGroup = 'More options:';

/** `--help-all`: all options. The description names the choices already, and the usage the arguments. */
export const wholeHelp: HelpConfiguration = {
  optionDescription: (option: Option) => option.description,
  visibleArguments: () => [],
};

/** `--help`: the options that most runs need, so that it fits a screen. */
export const shortHelp: HelpConfiguration = {
  ...wholeHelp,
  visibleOptions: (command: Command) =>
    Help.prototype.visibleOptions(command).filter(({ helpGroupHeading }) => helpGroupHeading !== rareGroup),
};
