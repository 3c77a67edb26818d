package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.domain.DomainState;
import dev.berth.host.DomainRef;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Verbs on domains. */
final class VerbCommandsTest {
  private static final DomainRef A = DomainRef.of("a");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @BeforeEach
  void threeDomains() {
    define("a", "b", "c");
  }

  private void define(String... names) {
    for (String name : names) {
      Shell.with(host).typing("{name: " + name + ", memory: 64MiB}").run("define", "-");
    }
  }

  @Test
  void aVerbPrintsTheStateItLedTo() {
    assertThat(shell.run("start", "a")).isEqualTo(new Outcome(0, "a: running (booted)\n", ""));
    assertThat(shell.run("pause", "a").out()).isEqualTo("a: paused (user)\n");
    assertThat(shell.run("resume", "a").out()).isEqualTo("a: running (unpaused)\n");
    assertThat(shell.run("reset", "a").exitCode()).isZero();
    assertThat(shell.run("shutdown", "a").out()).isEqualTo("a: shutoff (shutdown)\n");
    assertThat(shell.run("start", "--paused", "a").out()).startsWith("a: paused (");
    assertThat(shell.run("destroy", "a").out())
        .isEqualTo("a: shutoff (destroyed); ended cleanly\n");
  }

  @Test
  void aVerbWithNothingToDoSucceedsAndSaysSo() {
    assertThat(shell.run("stop", "a"))
        .isEqualTo(new Outcome(0, "a: already shutoff (unknown)\n", ""));
  }

  @Test
  void stopIsAnotherNameOfShutdown() {
    shell.run("start", "a");

    assertThat(shell.run("stop", "a").out()).isEqualTo("a: shutoff (shutdown)\n");
  }

  @Test
  void aFailureDoesNotKeepTheOthersFromTheirTurn() {
    Outcome outcome = shell.run("start", "a", "nobody", "no/name", "c");

    assertThat(outcome.exitCode()).isEqualTo(17);
    assertThat(outcome.out()).isEqualTo("a: running (booted)\nc: running (booted)\n");
    assertThat(outcome.err().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("vmctl: There is no domain 'nobody'."),
            second -> assertThat(second).startsWith("vmctl: 'no/name' is no domain name"));
  }

  @Test
  void aPatternMeansEveryDomainItMatchesAndEachOnce() {
    define("web-1", "web-2", "web-10");

    assertThat(shell.run("start", "web-2", "web-?", "b", "[!bw]", "web-2").out())
        .isEqualTo(
            "web-2: running (booted)\nweb-1: running (booted)\nb: running (booted)\n"
                + "a: running (booted)\nc: running (booted)\n");
    Outcome paused = shell.run("pause", "web-*");
    assertThat(paused.exitCode()).isEqualTo(6);
    assertThat(paused.out()).isEqualTo("web-1: paused (user)\nweb-2: paused (user)\n");
    assertThat(paused.err()).contains("'web-10'").hasLineCount(1);
  }

  @Test
  void aPatternThatMatchesNothingIsAFailureAndTheOthersHaveTheirTurn() {
    Outcome outcome = shell.run("start", "db-*", "a", "A*", "web.*");

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.out()).isEqualTo("a: running (booted)\n");
    assertThat(outcome.err().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("vmctl: No domain matches 'db-*'."),
            second -> assertThat(second).startsWith("vmctl: No domain matches 'A*'."),
            third -> assertThat(third).startsWith("vmctl: No domain matches 'web.*'."));
  }

  @Test
  void allMeansEveryDomainAndIsNeverMeantByAccident() {
    assertThat(shell.run("start", "--all").out())
        .isEqualTo("a: running (booted)\nb: running (booted)\nc: running (booted)\n");
    assertThat(shell.run("destroy").exitCode()).isEqualTo(2);
    assertThat(shell.run("destroy", "--all", "a").exitCode()).isEqualTo(2);
    assertThat(shell.run("destroy", "[a").exitCode()).isEqualTo(2);
    assertThat(shell.run("destroy", "[z-a]").exitCode()).isEqualTo(2);
    assertThat(shell.run("destroy", "[^a]").exitCode()).isEqualTo(2);
    assertThat(host.list()).allMatch(each -> each.status().state() == DomainState.RUNNING);
    assertThat(shell.run("destroy", "--all").out()).hasLineCount(3);
    assertThat(shell.run("undefine", "--all").out()).hasLineCount(3);
    assertThat(shell.run("start", "--all")).isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void asJsonEachDomainIsALine() {
    assertThat(shell.run("start", "-o", "json", "a", "b").out().lines())
        .hasSize(2)
        .allMatch(
            line -> line.startsWith("{\"effect\":\"changed\",\"detail\":\"\",\"snapshot\":{"));
  }

  @Test
  void quietVerbsPrintNothing() {
    assertThat(shell.run("-q", "start", "a")).isEqualTo(new Outcome(0, "", ""));
    assertThat(shell.run("start", "a", "-q")).isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void aGuestThatDoesNotObeyKeepsRunningUnlessToldOtherwise() {
    shell.run("start", "a");
    host.deafen(A);

    Outcome refused = shell.run("shutdown", "a", "--timeout", "1s");
    assertThat(refused.exitCode()).isEqualTo(13);
    assertThat(refused.err()).contains("still running");
    assertThat(host.domain(A).status().state()).isEqualTo(DomainState.RUNNING);

    assertThat(shell.run("shutdown", "a", "--timeout", "1s", "--destroy-after").out())
        .isEqualTo("a: shutoff (destroyed); ended cleanly\n");
  }

  @Test
  void listShowsTheChosenStates() {
    shell.run("start", "b");

    assertThat(shell.run("list", "-q").out()).isEqualTo("a\nb\nc\n");
    assertThat(shell.run("list", "-q", "--state", "running,paused").out()).isEqualTo("b\n");
    assertThat(shell.run("list", "-q", "--state", "nostate").out()).isEmpty();
    assertThat(shell.run("list").out().lines()).hasSize(4);
    assertThat(shell.run("list", "-o", "json").out()).startsWith("[\n  {\n    \"name\": \"a\"");
  }

  @Test
  void listPrintsNamesOrCsvOrChosenColumns() {
    shell.run("start", "b");

    assertThat(shell.run("list", "-o", "name").out()).isEqualTo("a\nb\nc\n");
    assertThat(shell.run("list", "-o", "csv", "--state", "running").out())
        .startsWith("name,uuid,state,reason,cpus,memory,since,pid\nb,")
        .contains(",running,booted,1,64MiB,")
        .hasLineCount(2);
    assertThat(shell.run("list", "-o", "csv", "--columns", "State,NAME").out())
        .isEqualTo("state,name\nshutoff,a\nrunning,b\nshutoff,c\n");
    assertThat(shell.run("list", "--columns", "pid,name", "--state", "shutoff").out())
        .isEqualTo("PID  NAME\n     a\n     c\n");
  }

  @Test
  void aFormatThatACommandDoesNotHaveIsRefusedBeforeAnythingIsDone() {
    assertThat(shell.run("start", "a", "-o", "csv").exitCode()).isEqualTo(2);
    assertThat(host.domain(A).status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  void eventsArePrintedAsNamesOrCsvOrInChosenColumns() {
    shell.run("start", "a");

    assertThat(shell.run("events", "-o", "csv", "--since", "4").out().lines())
        .satisfiesExactly(
            heading ->
                assertThat(heading).isEqualTo("sequence,time,name,uuid,type,actor,attributes"),
            event ->
                assertThat(event)
                    .startsWith("5,")
                    .contains(",a," + host.domain(A).uuid() + ",domain.state,")
                    .endsWith(",from=paused reason=booted state=running"));
    assertThat(shell.run("events", "-o", "name").out()).isEqualTo("a\nb\nc\na\na\n");
    assertThat(shell.run("events", "--columns", "type,name,sequence", "--since", "4").out())
        .isEqualTo("domain.state a 5\n");
  }

  @Test
  void statesAreColouredOnATerminalOnlyAndNotAgainstTheUsersWish() {
    String escape = "\u001b[";

    assertThat(shell.run("list").out()).doesNotContain(escape);
    assertThat(Shell.with(host).onATerminal().run("list").out()).contains(escape);
    assertThat(Shell.with(host).onATerminal().set("NO_COLOR", "1").run("list").out())
        .doesNotContain(escape);
    assertThat(Shell.with(host).onATerminal().set("TERM", "dumb").run("list").out())
        .doesNotContain(escape);
  }

  @Test
  void waitEndsAtTheStateOrAtTheTimeout() {
    shell.run("start", "a");

    assertThat(shell.run("wait", "a", "--for", "paused,running").out())
        .isEqualTo("a: running (booted)\n");
    assertThat(shell.run("wait", "a", "--for=shutoff", "--timeout=10ms").exitCode()).isEqualTo(13);
  }

  @Test
  void showPrintsAPageOrTheSnapshot() {
    assertThat(shell.run("show", "a").out()).startsWith("Name:        a\nUUID:  ");
    assertThat(shell.run("show", "a", "-o", "yaml").out()).startsWith("---\nname: a\nuuid: ");
    assertThat(shell.run("show", host.domain(A).uuid().toString()).out())
        .contains("Name:        a");
  }

  @Test
  void eventsArePrintedFromTheGivenNumberOn() {
    shell.run("start", "a");

    assertThat(shell.run("events").out().lines())
        .hasSize(5)
        .last()
        .asString()
        .contains(" a domain.state ")
        .contains("from=paused reason=booted state=running");
    assertThat(shell.run("events", "--since", "4", "-o", "json").out())
        .startsWith("{\"sequence\":5,")
        .hasLineCount(1);
  }

  @Test
  void logsPrintTheEndOfWhatTheGuestWrote() {
    host.guestWrites(A, "first line\nsecond line\n");

    assertThat(shell.run("logs", "a").out()).isEqualTo("first line\nsecond line\n");
    assertThat(shell.run("logs", "a", "--tail", "12").out()).isEqualTo("second line\n");
    assertThat(shell.run("logs", "a", "--qemu").out()).isEmpty();
    assertThat(shell.run("logs", "a", "--qmp").out()).isEmpty();
    assertThat(shell.run("logs", "a", "--qemu", "--console").exitCode()).isEqualTo(2);
    assertThat(shell.run("logs", "a", "--qemu", "--qmp").exitCode()).isEqualTo(2);
    assertThat(shell.run("logs", "a", "--tail", "17MiB").exitCode()).isEqualTo(2);
  }

  @Test
  void allGuestsAreShutDownAndThoseThatStayAreNamed() {
    shell.run("start", "a", "b");
    host.deafen(A);

    Outcome outcome = shell.run("shutdown-guests", "--timeout", "1s");

    assertThat(outcome.exitCode()).isEqualTo(13);
    assertThat(outcome.out())
        .startsWith("a: left: Domain 'a' is still running")
        .endsWith("\nb: shut down\n");
    assertThat(shell.run("shutdown-guests", "--policy", "destroy").out())
        .isEqualTo("a: destroyed: ended cleanly\n");
    assertThat(shell.run("shutdown-guests"))
        .isEqualTo(new Outcome(0, "", "vmctl: no guest runs\n"));
    assertThat(shell.run("shutdown-guests", "--policy", "suspend").exitCode()).isEqualTo(2);
  }

  @Test
  void aListOfSomeHasThoseThatAreNamedOrMatchAndSaysWhichAreNot() {
    define("web-1", "web-2");
    shell.run("start", "a");

    Outcome outcome = shell.run("list", "-q", "web-*", "a", "nobody", "db-?");

    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.out()).isEqualTo("a\nweb-1\nweb-2\n");
    assertThat(outcome.err())
        .contains("There is no domain 'nobody'", "No domain matches 'db-?'")
        .hasLineCount(2);
    assertThat(shell.run("list", "-q", "--state", "running", "a", "web-1"))
        .isEqualTo(new Outcome(0, "a\n", ""));
    String uuid = host.domain(A).uuid().toString();
    assertThat(shell.run("list", "-o", "name", uuid).out()).isEqualTo("a\n");
  }
}
