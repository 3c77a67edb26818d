package dev.berth.cli;

import dev.berth.host.CallOptions;
import dev.berth.host.CallOptions.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/**
 * Declares the options and arguments of one command. Built by calls rather than by annotations,
 * which cost 30 ms of reflection on each start.
 */
final class Parameters {
  private final List<ArgSpec> declared = new ArrayList<>();

  /** Makes a command take what was declared. */
  void addTo(CommandSpec command) {
    for (ArgSpec each : declared) {
      command.add(each);
    }
  }

  /** An option without a value. */
  Parameter<Boolean> flag(String name, String description) {
    return add(switchOption(description, name).build());
  }

  /** An option without a value that every command takes, before or after its name. */
  Parameter<Boolean> globalFlag(String name, String letter, String description) {
    return add(switchOption(description, letter, name).scopeType(ScopeType.INHERIT).build());
  }

  /** The option that shows a command's help. */
  void help() {
    add(
        switchOption("Show this help.", "-h", "--help")
            .usageHelp(true)
            .scopeType(ScopeType.INHERIT)
            .build());
  }

  /** The option that shows the version, of the whole rather than of a command. */
  void version() {
    add(switchOption("Show the version of vmctl.", "--version").versionHelp(true).build());
  }

  /** An option with a value. */
  <T> Parameter<T> option(
      String name, String label, ITypeConverter<T> converter, String description) {
    return add(valueOption(label, converter, description, name).build());
  }

  /** An option with a value, and words that shells offer for it. */
  <T> Parameter<T> option(
      String name,
      String label,
      ITypeConverter<T> converter,
      List<String> words,
      String description) {
    return add(
        valueOption(label, converter, description, name).completionCandidates(words).build());
  }

  /** An option with a value, and one to use when it is not given. */
  <T> Parameter<T> option(
      String name,
      String label,
      ITypeConverter<T> converter,
      String defaultValue,
      String description) {
    return add(
        valueOption(label, converter, description + " Default: " + defaultValue, name)
            .defaultValue(defaultValue)
            .build());
  }

  /** An option with a value that every command takes, before or after its name. */
  <T> Parameter<T> globalOption(
      String[] names, String label, ITypeConverter<T> converter, String description) {
    return add(
        valueOption(label, converter, description, names).scopeType(ScopeType.INHERIT).build());
  }

  /** The same, and words that shells offer for its value. */
  <T> Parameter<T> globalOption(
      String[] names,
      String label,
      ITypeConverter<T> converter,
      List<String> words,
      String description) {
    return add(
        valueOption(label, converter, description, names)
            .completionCandidates(words)
            .scopeType(ScopeType.INHERIT)
            .build());
  }

  /** An option with a value that may be given several times. */
  Parameter<List<String>> repeated(String name, String label, String description) {
    return add(
        OptionSpec.builder(name)
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("1")
            .paramLabel(label)
            .description(description)
            .build());
  }

  /** An option that must be given. */
  <T> Parameter<T> required(
      String name, String label, ITypeConverter<T> converter, String description) {
    return add(valueOption(label, converter, description, name).required(true).build());
  }

  /** The option that limits how long a verb is waited for. */
  Deadline deadline() {
    return new Deadline(
        option(
            "--deadline",
            "DURATION",
            DurationArgument::parse,
            "Wait at most that long. A deadline ends the wait, not the act."),
        Optional.empty());
  }

  /** The same of a verb that a job can be in the way of, with the option to wait its turn. */
  Deadline deadlineAndTurn() {
    return new Deadline(
        deadline().duration(),
        Optional.of(flag("--queue", "Wait until no job is in the way, instead of failing.")));
  }

  /** The one argument of the command. */
  Parameter<String> argument(String label, String description) {
    return add(oneArgument(label, description).build());
  }

  /** The same, and words that shells offer for it. */
  Parameter<String> argument(String label, List<String> words, String description) {
    return add(oneArgument(label, description).completionCandidates(words).build());
  }

  /** A second argument. */
  Parameter<String> second(String label, String description) {
    return add(oneArgument(label, description).index("1").build());
  }

  /** A third argument. */
  Parameter<String> third(String label, String description) {
    return add(oneArgument(label, description).index("2").build());
  }

  /** A second argument, which may be left out. */
  Parameter<String> optionalSecond(String label, String description) {
    return add(oneArgument(label, description).index("1").arity("0..1").required(false).build());
  }

  /** All arguments from that one on, counted from 0. */
  Parameter<List<String>> furtherFrom(int first, String label, String description) {
    return add(
        PositionalParamSpec.builder()
            .index(first + "..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel(label)
            .description(description)
            .build());
  }

  private static PositionalParamSpec.Builder oneArgument(String label, String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("1")
        .required(true)
        .type(String.class)
        .paramLabel(label)
        .description(description);
  }

  /** The arguments of the command. */
  Parameter<List<String>> arguments(String arity, String label, String description) {
    return add(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity(arity)
            .required(!arity.startsWith("0"))
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel(label)
            .description(description)
            .build());
  }

  private static OptionSpec.Builder switchOption(String description, String... names) {
    return OptionSpec.builder(names)
        .type(boolean.class)
        .arity("0")
        .defaultValue("false")
        .description(description);
  }

  private static <T> OptionSpec.Builder valueOption(
      String label, ITypeConverter<T> converter, String description, String... names) {
    return OptionSpec.builder(names)
        .type(Object.class)
        .arity("1")
        .paramLabel(label)
        .converters(inWords(converter))
        .description(description);
  }

  /** What is wrong with a value is told in words, and not by the name of an exception. */
  private static <T> ITypeConverter<T> inWords(ITypeConverter<T> converter) {
    return text -> {
      try {
        return converter.convert(text);
      } catch (UsageException wrong) {
        throw new TypeConversionException("'" + text + "' is not taken: " + wrong.message());
      } catch (IllegalArgumentException wrong) {
        throw new TypeConversionException("'" + text + "' is not taken: " + wrong.getMessage());
      }
    };
  }

  private <T> Parameter<T> add(ArgSpec parameter) {
    declared.add(parameter);
    return new Parameter<>(parameter);
  }

  /** A converter of whole numbers. */
  static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notNumeric) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
  }

  /** A converter of numbers of things. */
  static int count(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
    return Integer.parseInt(text);
  }

  /** The {@code --deadline} of a verb, and its {@code --queue}. */
  record Deadline(Parameter<Duration> duration, Optional<Parameter<Boolean>> queue) {

    CallOptions options() {
      boolean queued = queue.filter(Parameter::value).isPresent();
      return new CallOptions(duration.given(), queued ? Turn.QUEUED : Turn.NOW);
    }
  }
}
