package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.DomainRef;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands for a guest's agent, on a host in memory. */
final class AgentCommandTest {
  private static final DomainRef WEB = DomainRef.of("web");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomainThatRuns() {
    Shell.with(host).typing("{name: web, memory: 64MiB}").run("define", "-");
    shell.run("start", "web");
  }

  @Test
  void anAnswerIsOneLineForProgramsAndManyForPeople() {
    host.agentAnswers(WEB, "guest-exec", "{\"pid\":7}");
    String[] line = {"agent", "web", "guest-exec", "path=/bin/sh", "arg=[\"-c\",\"id\"]"};

    assertThat(shell.run(line)).isEqualTo(new Outcome(0, "{\"pid\":7}\n", ""));
    assertThat(Shell.with(host).onATerminal().run(line).out()).isEqualTo("{\n  \"pid\": 7\n}\n");
    assertThat(shell.run("agent", "web", "guest-ping").out()).isEqualTo("{}\n");
    assertThat(shell.run("show", "web").out()).contains("Agent:       connected\n");
  }

  @Test
  void aGuestWithoutAnAgentIsAnInvalidState() {
    Outcome outcome = shell.run("agent", "web", "guest-ping");

    assertThat(outcome.exitCode()).isEqualTo(6);
    assertThat(outcome.err()).contains("the guest agent is not running in the guest");
    assertThat(shell.run("show", "web").out()).contains("Agent:       disconnected\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "guest-pnig|17|did you mean 'guest-ping'",
        "guest-exec|17|arguments.path: is missing",
        "guest-file-read handle=soon|17|arguments.handle: should be a whole number",
        "guest-ping {|17|arguments: are no JSON: ",
        "guest-ping now|2|'now' is neither KEY=VALUE nor a JSON object",
        "--describe guest-pnig|4|did you mean 'guest-ping'",
        "--raw guest-newest|9|The guest agent refused 'guest-newest'",
        "|2|Missing required parameter: 'AGENT-COMMAND'",
      })
  void whatIsWrongIsTold(String line, int exitCode, String told) {
    host.agentAnswers(WEB, "guest-info", "{}");
    String words = "agent web" + (line == null ? "" : " " + line);

    Outcome outcome = shell.run(words.split(" "));

    assertThat(outcome.exitCode()).isEqualTo(exitCode);
    assertThat(outcome.err()).contains(told);
  }

  @Test
  void aCommandIsDescribed() {
    assertThat(shell.run("agent", "web", "--describe").out()).contains("\nguest-get-osinfo\n");
    assertThat(shell.run("agent", "web", "--describe", "guest-set-user-password").out())
        .isEqualTo(
            """
            guest-set-user-password, since 2.3
              username  a string
              password  a string
              crypted   true or false
            returns nothing
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "agent                         | web",
        "agent web guest-file-seek     | handle= offset= whence=",
      })
  void shellsAreTold(String typed, String offered) {
    String[] words = ("completion qmp -- " + typed).split(" ");

    assertThat(shell.run(words).out().replace('\n', ' ').strip()).isEqualTo(offered);
  }

  @Test
  void shellsAreToldTheCommands() {
    assertThat(shell.run("completion", "qmp", "--", "agent", "web").out().lines())
        .contains("guest-ping", "guest-fsfreeze-freeze");
  }
}
