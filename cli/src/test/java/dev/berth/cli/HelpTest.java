package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

final class HelpTest {
  private static final Path PAGE = Path.of("../docs/vmctl.md");

  @ParameterizedTest
  @EnumSource(CommandName.class)
  void everyCommandsHelpIsAsExpected(CommandName command) {
    List<String> words = new ArrayList<>(command.words());
    words.add("--help");

    Shell.Outcome outcome = Shell.alone().run(words.toArray(String[]::new));

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.err()).isEmpty();
    GoldenText.check("help/" + String.join("-", command.words()) + ".txt", outcome.out());
  }

  @Test
  void theHelpOfTheWholeListsEveryCommand() {
    GoldenText.check("help/vmctl.txt", Shell.alone().run("--help").out());
    assertThat(Shell.alone().run("help").out()).isEqualTo(Shell.alone().run("--help").out());
  }

  @Test
  void helpOnACommandIsWhatItsOptionPrints() {
    assertThat(Shell.alone().run("help", "start").out())
        .isEqualTo(Shell.alone().run("start", "--help").out());
    assertThat(Shell.alone().run("help", "daemon", "status").out())
        .isEqualTo(Shell.alone().run("daemon", "status", "--help").out());
  }

  @Test
  void helpOnExitCodesListsEachOne() {
    GoldenText.check("help/exit-codes.txt", Shell.alone().run("help", "exit-codes").out());
  }

  @Test
  void helpOnAnUnknownCommandIsWrongUsage() {
    Shell.Outcome outcome = Shell.alone().run("help", "nonsense");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("There is no command 'nonsense'.");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void thePageOnVmctlExplainsEveryCommandAndItsOptions(String name, CommandLine command)
      throws IOException {
    String section = section("### `" + name);

    for (OptionSpec option : command.getCommandSpec().options()) {
      if (!option.inherited()) {
        assertThat(section)
            .as("%s in %s", option.longestName(), PAGE)
            .contains("`" + option.longestName());
      }
    }
    assertThat(section).as("an example").contains("    $ vmctl ");
    for (String alias : command.getCommandSpec().aliases()) {
      assertThat(section).contains("`vmctl " + alias + "`");
    }
  }

  @Test
  void thePageOnVmctlExplainsTheOptionsOfAllCommands() throws IOException {
    String section = section("## Options that every command takes");

    for (OptionSpec option : CommandTree.complete().commandLine().getCommandSpec().options()) {
      for (String name : option.names()) {
        assertThat(section).contains("`" + name.replaceFirst("^--version$", "vmctl --version"));
      }
    }
  }

  @Test
  void thePageOnVmctlListsEveryExitCode() throws IOException {
    String section = section("## Exit codes");

    ExitCodes.table()
        .lines()
        .map(line -> line.strip().split(" +")[0])
        .forEach(code -> assertThat(section).contains("\n| " + code + " | "));
  }

  static Stream<Object[]> commands() {
    TreeMap<String, CommandLine> commands = new TreeMap<>();
    collect(CommandTree.complete().commandLine(), commands);
    return commands.entrySet().stream()
        .map(entry -> new Object[] {entry.getKey(), entry.getValue()});
  }

  private static void collect(CommandLine command, TreeMap<String, CommandLine> into) {
    if (command.getSubcommands().isEmpty()) {
      into.put(command.getCommandSpec().qualifiedName(), command);
    }
    command.getSubcommands().values().forEach(each -> collect(each, into));
  }

  /** From that heading to the next. */
  private static String section(String heading) throws IOException {
    String page = Files.readString(PAGE);
    int start = page.indexOf("\n" + heading);
    assertThat(start).as("'%s' in %s", heading, PAGE).isNotNegative();
    int end = page.indexOf("\n#", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }
}
