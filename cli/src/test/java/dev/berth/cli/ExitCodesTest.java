package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.error.AccessDeniedException;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BerthException;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.ErrorCode;
import dev.berth.error.HostFailureException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.MachineLostException;
import dev.berth.error.MachineStalledException;
import dev.berth.error.NotFoundException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.Problem;
import dev.berth.error.QemuRefusedException;
import dev.berth.error.ResourcesMissingException;
import dev.berth.error.StorageFailureException;
import dev.berth.error.UnsupportedException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExitCodesTest {

  @ParameterizedTest
  @MethodSource("errors")
  void everyErrorHasTheExitCodeOfItsClass(BerthException error) {
    Outcome outcome = failing(error).run("list");

    assertThat(outcome.exitCode()).isEqualTo(error.code().exitCode());
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("vmctl: ").contains("what and why");
  }

  @ParameterizedTest
  @MethodSource("errors")
  void asJsonEveryErrorIsAnObjectWithItsCode(BerthException error) {
    Outcome outcome = failing(error).run("list", "-o", "json");

    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("{\n  \"error\": {\n    \"code\": \"" + error.code().text() + "\",")
        .contains("\"exitCode\": " + error.code().exitCode())
        .contains("what and why");
  }

  @Test
  void everyClassOfErrorIsTriedHere() {
    assertThat(errors().map(BerthException::code)).containsExactlyInAnyOrder(ErrorCode.values());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "lst | Did you mean list?",
        "shutdwn web-1 | Did you mean shutdown?",
        "start --pausd web-1 | Did you mean --paused?",
        "list --stat=running | Did you mean --state?",
        "start | Missing required parameter: 'NAME'",
        "list --state runing | 'runing' is none of shutoff, adopting, running",
        "shutdown a --timeout 5 | '5' is no duration: use a whole number with the unit",
        "define --if-revision=two x.yaml | 'two' is not a whole number",
        "list -o xml | 'xml' is none of table, json, yaml, csv, name",
        "wait web-1 | Missing required option: '--for=STATE[,STATE]'",
        "daemon | A command is missing.",
        "daemon statsu | Did you mean status?",
        "nonsense | There is no command 'nonsense'.",
        "events nonsense | 'vmctl events' takes no argument 'nonsense'.",
        "list --nonsense | There is no option '--nonsense'.",
        "list --connect=unix:/a --home=/b | Give only one of them.",
        "start web-1 -o csv | 'vmctl start' prints no rows, so '-o csv' is not for it.",
        "show -o name web-1 | 'vmctl show' prints no rows",
        "list --columns name,colour | 'colour' is none of name, uuid, state",
        "list --columns name -o name | '-o name' has no columns",
        "events --columns state | 'state' is none of sequence, time, name",
        "completion tcsh | only for bash, zsh and fish"
      })
  void wrongUsageSaysWhatWouldBeRight(String line, String advice) {
    Outcome outcome = Shell.alone().run(line.split(" "));

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("vmctl: ").contains(advice);
  }

  @Test
  void withoutArgumentsTheHelpFollows() {
    Outcome outcome = Shell.alone().run();

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("vmctl: A command is missing.\nUsage: vmctl ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-o json start", "start -o json", "start --output=json"})
  void asJsonWrongUsageIsAnObjectToo(String line) {
    assertThat(Shell.alone().run(line.split(" ")).err())
        .startsWith("{\n  \"error\": {\n    \"code\": \"usage\",\n    \"exitCode\": 2,");
  }

  @Test
  void aMistakeInVmctlItselfShowsWhereItIs() {
    Outcome outcome =
        Shell.reaching(
                address -> {
                  throw new IllegalStateException("a bug");
                })
            .run("list");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("please report it").contains("a bug").contains("\tat ");
  }

  @Test
  void aReaderThatWentAwayIsNoFailureWorthAWord() {
    Outcome outcome = Shell.alone().writingTo(failing("Broken pipe")).run("help");

    assertThat(outcome).isEqualTo(new Outcome(141, "", ""));
  }

  @Test
  void aFullDiskBehindStandardOutputIsReported() {
    Outcome outcome = Shell.alone().writingTo(failing("No space left on device")).run("help");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).isEqualTo("vmctl: input or output failed: No space left on device\n");
  }

  static Stream<BerthException> errors() {
    String message = "what and why";
    return Stream.of(
        new InvalidDefinitionException("f", List.of(new Problem("memory", 2, 9, message))),
        new NotFoundException(message),
        new AlreadyExistsException(message),
        new ConflictException(message),
        new InvalidStateException(message),
        new BusyException(message),
        new UnsupportedException(message),
        new QemuRefusedException("cont", "GenericError", message),
        new OutcomeUnknownException(message),
        new MachineLostException(message),
        new MachineStalledException(message),
        new DeadlineExceededException(message),
        new HostFailureException(message),
        new StorageFailureException(message),
        new HostUnreachableException(message),
        new InvalidRequestException(message),
        new AccessDeniedException(message),
        new ResourcesMissingException(message, List.of("disk"), List.of("key")));
  }

  private static Shell failing(BerthException error) {
    return Shell.reaching(
        address -> {
          throw error;
        });
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int each) throws IOException {
        throw new IOException(reason);
      }
    };
  }
}
