package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.cli.Shell.Outcome;
import dev.berth.error.HostUnreachableException;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts, in the shells that they are for; {@code vmctl} is played by a script. */
final class CompletionCommandTest {
  /** Prints what bash would offer after the words of "$@". */
  private static final String IN_BASH =
      """
      source "$SCRIPT"
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _vmctl
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  /** The same for zsh, its own functions played: they work in its line editor only. */
  private static final String IN_ZSH =
      """
      compdef() { : }
      compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- $@ }
      _describe() { print -rl -- ${(P)@[-1]} }
      _files() { print -r -- "files $@" }
      compset() { : }
      source "$SCRIPT"
      words=("$@") CURRENT=$#
      _vmctl
      """;

  /** As a file of its own, as it is installed: fish has one for OpenBSD's vmctl, too. */
  private static final String IN_FISH =
      """
      mkdir completions
      cp $SCRIPT completions/vmctl.fish
      set fish_complete_path $PWD/completions
      complete -C $argv[1]
      """;

  @TempDir Path directory;

  @BeforeEach
  void vmctl() throws IOException {
    Path played = directory.resolve("vmctl");
    Files.writeString(
        played,
        """
        #!/bin/sh
        case $* in
          'completion qmp -- qmp db') printf 'stop\\nquery-status\\n' ;;
          'completion qmp -- qmp db stop') echo gently= ;;
          'completion names') printf 'web-1\\nweb-2\\ndb\\n' ;;
          '--home /srv completion names' | '--home=/srv completion names') echo elsewhere ;;
          *) echo "not expected: $*" ;;
        esac
        echo 'something to be kept silent' >&2
        """);
    Files.setPosixFilePermissions(played, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createFile(directory.resolve("web.yaml"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "star              | start",
        "daemon sta        | status",
        "-q host ''        | info",
        "start web         | web-1 web-2",
        "start db w        | web-1 web-2",
        "stop --dest       | --destroy-after",
        "stop --timeout '' |",
        "stop --timeout 5s w | web-1 web-2",
        "--home /srv show '' | elsewhere",
        "list --state run  | running",
        "list -o c         | csv",
        "-o ya             | yaml",
        "list --columns uu | uuid",
        "events --columns ty | type",
        "define w          | web.yaml",
        "completion f      | fish",
        "qmp db q          | query-status",
        "qmp db stop g     | gently=",
        "help shutd        | shutdown shutdown-guests"
      })
  void bashOffersWhatFits(String line, String offered) throws Exception {
    assertThat(bash(line)).isEqualTo(offered == null ? "" : offered);
  }

  @Test
  void bashTakesAnOptionAndItsValueApart() throws Exception {
    assertThat(bash("list --output = ")).isEqualTo("table json yaml csv name");
    assertThat(bash("list --output = j")).isEqualTo("json");
    assertThat(bash("--home = /srv start e")).isEqualTo("elsewhere");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "start ''           | web-1 web-2 db",
        "stop ''            | web-1 web-2 db",
        "--home=/srv show ''| elsewhere",
        "--home /srv show ''| elsewhere",
        "stop --timeout ''  |",
        "list -o ''         | table json yaml csv name",
        "list --output=''   | table json yaml csv name",
        "define ''          | files",
        "list --home ''     | files -/",
        "host ''            | info:Show what a host is: version, home, domains, QEMU",
        "qmp db ''          | stop query-status",
        "completion ''      | bash zsh fish"
      })
  void zshOffersWhatFits(String line, String offered) throws Exception {
    assumeTrue(isInstalled("zsh"), "zsh is not installed");
    String[] words = ("vmctl " + line.replace("''", "\0")).split(" ");
    String said = run(List.of("zsh", "-f", "-c", IN_ZSH, "zsh"), words);

    assertThat(said.replace("\\:", ":").replace('\n', ' ').strip())
        .isEqualTo(offered == null ? "" : offered);
  }

  @Test
  void zshExplainsOptions() throws Exception {
    assumeTrue(isInstalled("zsh"), "zsh is not installed");

    assertThat(run(List.of("zsh", "-f", "-c", IN_ZSH, "zsh"), "vmctl", "stop", "--"))
        .contains("--destroy-after:Destroy a guest that is still running after that\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "star               | start",
        "daemon sta         | status",
        "start web          | web-1 web-2",
        "stop w             | web-1 web-2",
        "--home /srv show e | elsewhere",
        "stop --dest        | --destroy-after",
        "list -o c          | csv",
        "list --columns uu   | uuid",
        "define we          | web.yaml",
        "completion f       | fish",
        "help shutd         | shutdown shutdown-guests"
      })
  void fishOffersWhatFits(String line, String offered) throws Exception {
    assumeTrue(isInstalled("fish"), "fish is not installed");

    String said = run(List.of("fish", "--no-config", "-c", IN_FISH), "vmctl " + line);

    assertThat(said.lines().map(each -> each.split("\t")[0]).toList())
        .containsExactlyInAnyOrder(offered.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void everyCommandAndOptionIsInEachScript(String shell) {
    String script = Shell.alone().run("completion", shell).out();

    for (CommandName command : CommandName.values()) {
      assertThat(script).contains(String.join(" ", command.words()));
    }
    assertThat(script).contains("destroy-after", "if-absent", "columns");
  }

  @Test
  void namesAreThoseOfTheDomainsThereAre() {
    MemoryHost host = MemoryHost.create();
    Shell.with(host).typing("{name: a, memory: 64MiB}").run("define", "-");

    assertThat(Shell.with(host).run("completion", "names")).isEqualTo(new Outcome(0, "a\n", ""));
  }

  @Test
  void withoutADaemonThereAreNoNamesAndNotAWord() throws IOException {
    Files.createFile(directory.resolve("control.sock"));
    Shell died =
        Shell.reaching(
                address -> {
                  throw new HostUnreachableException("nobody there");
                })
            .set("BERTH_HOME", directory.toString());

    assertThat(died.run("completion", "names")).isEqualTo(new Outcome(0, "", ""));
  }

  private String bash(String line) throws Exception {
    String[] words =
        ("vmctl " + line.replace("''", "\0") + (line.endsWith(" ") ? "\0" : "")).split(" ");
    String said = run(List.of("bash", "--norc", "-c", IN_BASH, "bash"), words);
    return said.replace('\n', ' ').strip();
  }

  /** Runs a shell in the directory with those arguments, a NUL being an empty one. */
  private String run(List<String> shell, String... words) throws Exception {
    Path script = directory.resolve("script");
    String name = shell.get(0);
    Files.writeString(script, Shell.alone().run("completion", name).out());
    List<String> command = new ArrayList<>(shell);
    for (String word : words) {
      command.add(word.replace("\0", ""));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().put("SCRIPT", script.toString());
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static boolean isInstalled(String shell) {
    for (String each : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(each, shell))) {
        return true;
      }
    }
    return false;
  }
}
