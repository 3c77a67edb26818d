package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.testing.MemoryHost;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QMP by hand, on a host in memory that checks as QEMU 7.2 does. */
@Timeout(60)
final class QmpCommandTest {
  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void aDomainThatRuns() {
    Shell.with(host).typing("{name: web, memory: 64MiB}").run("define", "-");
    shell.run("start", "web");
  }

  @Test
  void aReplyIsOneLineForProgramsAndManyForPeople() {
    assertThat(shell.run("qmp", "web", "query-status"))
        .isEqualTo(new Outcome(0, "{\"running\":true,\"status\":\"running\"}\n", ""));
    assertThat(Shell.with(host).onATerminal().run("qmp", "web", "query-status").out())
        .isEqualTo("{\n  \"running\": true,\n  \"status\": \"running\"\n}\n");
    assertThat(shell.run("qmp", "web", "query-status", "-o", "yaml").out())
        .isEqualTo("---\nrunning: true\nstatus: running\n");
  }

  @Test
  void aCommandThatMayChangeTheMachineShows() {
    assertThat(shell.run("qmp", "web", "stop").out()).isEqualTo("{}\n");

    assertThat(shell.run("show", "web").out()).contains("By hand:     stop by api, ");
    assertThat(shell.run("events").out()).contains("domain.touched");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "query-stauts|did you mean 'query-stats' or 'query-status'?",
        "stop gently=1|arguments.gently: there is no such member; there is none",
        "set-action panic=puase|arguments.panic: does not know 'puase'; did you mean 'pause'?",
        "balloon value=much|arguments.value: should be a whole number, but is a string",
        "blockdev-add driver=qcow2 file.driver=file file.filname=/f"
            + "|arguments.file.filname: there is no such member where driver is 'file'",
        "stop {\"a\":1,\"a\":2}|member 'a' is there twice",
        "stop {|arguments: are no JSON: ",
        "quit|destroy the domain",
      })
  void whatIsWrongIsToldBeforeAnythingIsSent(String line, String told) {
    Outcome outcome = shell.run(("qmp web " + line).split(" "));

    assertThat(outcome.exitCode()).isEqualTo(17);
    assertThat(outcome.err()).contains(told);
    assertThat(shell.run("show", "web").out()).doesNotContain("By hand");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "qmp web|Missing required parameter: 'QMP-COMMAND'",
        "qmp web stop gently|'gently' is neither KEY=VALUE nor a JSON object",
        "qmp web stop a=1 a=2|'a' is given twice",
        "qmp web stop a=1 a.b=2|goes on where another argument has a value",
      })
  void wordsThatAreNoArgumentsAreWrongUsage(String line, String told) {
    Outcome outcome = shell.run(line.split(" "));

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains(told);
  }

  @Test
  void rawIsForQemuToRefuse() {
    Outcome outcome = shell.run("qmp", "web", "--raw", "query-stauts", "a=1");

    assertThat(outcome.exitCode()).isEqualTo(9);
    assertThat(outcome.err()).contains("The command query-stauts has not been found");
  }

  @Test
  void aFileIsGivenWithItsCommand() throws Exception {
    Path image = Files.createFile(directory.resolve("disk.raw"));
    Path odd = Files.createFile(directory.resolve("odd:ro"));

    assertThat(shell.run("qmp", "web", "add-fd", "--fd", "data=" + image))
        .isEqualTo(new Outcome(0, "{\"fdset-id\":10000,\"fd\":21}\n", ""));
    assertThat(
            shell
                .run("qmp", "web", "add-fd", "fdset-id=10000", "--fd", "data=" + image + ":ro")
                .exitCode())
        .isZero();
    assertThat(shell.run("qmp", "web", "getfd", "--fd", "log=" + image + ":wo").out())
        .isEqualTo("{}\n");
    assertThat(shell.run("qmp", "web", "getfd", "--fd", "odd=" + odd + ":rw").exitCode()).isZero();
    assertThat(shell.run("qmp", "web", "query-fdsets").out())
        .isEqualTo(
            "[{\"fdset-id\":10000,\"fds\":[{\"fd\":21,\"opaque\":\"data\"},"
                + "{\"fd\":22,\"opaque\":\"data\"}]}]\n");
  }

  @Test
  void aFileThatCannotBeGivenIsNamed() throws Exception {
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

    assertThat(shell.run("qmp", "web", "add-fd", "--fd", "a=" + fifo + ":ro"))
        .isEqualTo(
            new Outcome(
                17,
                "",
                "vmctl: Cannot open " + fifo + ": it is a FIFO: give a file or a device.\n"));
    assertThat(shell.run("qmp", "web", "add-fd", "--fd", "a=" + directory).err())
        .contains("it is a directory");
    assertThat(shell.run("qmp", "web", "add-fd", "--fd", "a=/no/such").err())
        .contains("there is no such file");
    assertThat(shell.run("qmp", "web", "stop", "--fd", "a=/dev/null").err())
        .contains("Cannot send 'stop' with file descriptor 'a': it takes none.");
    assertThat(shell.run("qmp", "web", "add-fd").err()).contains("with no file descriptor");
    assertThat(shell.run("qmp", "web", "add-fd", "--fd", "a").exitCode()).isEqualTo(2);
    assertThat(shell.run("show", "web").out()).doesNotContain("By hand");
  }

  @Test
  void aCommandIsDescribed() {
    assertThat(shell.run("qmp", "web", "--describe").out()).contains("\nquery-status\n");
    assertThat(shell.run("qmp", "web", "--describe", "set-action").out())
        .isEqualTo(
            """
            set-action, since 6.0, also out of band
              reboot    reset|shutdown, optional
              shutdown  poweroff|pause, optional
              panic     pause|shutdown|exit-failure|none, optional
              watchdog  reset|shutdown|poweroff|pause|debug|none|inject-nmi, optional
            returns nothing
            """
                .replace(", also out of band", ""));
    assertThat(shell.run("qmp", "web", "--describe", "migrate-pause").out())
        .isEqualTo("migrate-pause, since 3.0, also out of band\nreturns nothing\n");
  }

  @Test
  void whatATagDecidesIsDescribedWhenItIsGiven() {
    assertThat(shell.run("qmp", "web", "--describe", "blockdev-add").out())
        .contains("  and more, which driver decides: add driver=… for: ")
        .doesNotContain("filename");
    assertThat(shell.run("qmp", "web", "--describe", "blockdev-add", "driver=file").out())
        .containsPattern("\n  filename +a string\n")
        .doesNotContain("and more");
  }

  @Test
  void whoWatchesSeesTheEventsOfItsOwnCommandToo() {
    var out =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            if (toString(StandardCharsets.UTF_8).contains("STOP")) {
              Thread.currentThread().interrupt(); // as a person would
            }
          }
        };

    Shell.with(host).writingTo(out).run("qmp", "web", "--watch", "stop");

    assertThat(Thread.interrupted()).as("taken for the end of the watch").isFalse();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("{}\n{\"event\":\"STOP\",\"data\":{}}\n");
  }

  @Test
  void aCommandThatIsNotThereIsNotDescribed() {
    Outcome outcome = shell.run("qmp", "web", "--describe", "query-stauts");

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.err()).contains("did you mean 'query-stats' or 'query-status'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "qmp                      | web",
        "qmp --raw                | web",
        "--home = /srv qmp        | web",
        "qmp web set-action       | panic= reboot= shutdown= watchdog=",
        "qmp web set-action panic | panic= reboot= shutdown= watchdog=",
        "qmp nobody               |",
        "start                    |",
      })
  void shellsAreTold(String typed, String offered) {
    String[] words = ("completion qmp -- " + typed).split(" ");

    assertThat(shell.run(words).out().replace('\n', ' ').strip())
        .isEqualTo(offered == null ? "" : offered);
  }

  @Test
  void shellsAreToldTheCommands() {
    assertThat(shell.run("completion", "qmp", "--", "qmp", "--deadline", "5s", "web").out().lines())
        .contains("query-status", "blockdev-add");
    assertThat(Shell.alone().run("completion", "qmp", "--", "qmp"))
        .isEqualTo(new Outcome(0, "", ""));
  }
}
