package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.definition.DefinitionDefaults;
import dev.berth.definition.DefinitionSchema;
import dev.berth.testing.MemoryHost;
import org.junit.jupiter.api.Test;

/** What is done with definitions. */
final class DefineCommandsTest {
  private static final String UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @Test
  void defineCreatesThenReplacesThenLeavesAsItIs() {
    assertThat(shell.run("define", "web-1.yaml"))
        .isEqualTo(new Outcome(0, "web-1: created, revision 1\n", ""));
    assertThat(shell.run("define", "web-1-larger.yaml").out())
        .isEqualTo("web-1: replaced, revision 2\n");
    assertThat(shell.run("define", "web-1-larger.yaml").out())
        .isEqualTo("web-1: unchanged, revision 2\n");
  }

  @Test
  void aDefinitionOfARunningDomainIsSaidToBePending() {
    shell.run("up", "--lines", "0", "web-1.yaml");

    assertThat(shell.run("define", "web-1-larger.yaml").out())
        .isEqualTo("web-1: replaced, revision 2; pending: takes effect at the next boot\n");
  }

  @Test
  void aDefinitionIsReadFromStandardInput() {
    assertThat(shell.typing("{name: tiny, memory: 64MiB}").run("define", "-").out())
        .isEqualTo("tiny: created, revision 1\n");
  }

  @Test
  void conditionsThatDoNotHoldChangeNothing() {
    shell.run("define", "web-1.yaml");

    assertThat(shell.run("define", "--if-absent", "web-1-larger.yaml").exitCode()).isEqualTo(5);
    assertThat(shell.run("define", "--if-revision", "7", "web-1-larger.yaml").exitCode())
        .isEqualTo(5);
    assertThat(shell.run("define", "--if-revision=1", "web-1-larger.yaml").exitCode()).isZero();
  }

  @Test
  void severalFilesAreDefinedInTurnAndOneThatIsWrongKeepsNoOtherFromIt() {
    Outcome outcome = shell.run("define", "wrong.yaml", "web-1.yaml", "missing.yaml");

    assertThat(outcome.exitCode()).isEqualTo(17);
    assertThat(outcome.out()).isEqualTo("web-1: created, revision 1\n");
    assertThat(outcome.err()).contains("wrong.yaml:2:9: memory: ").contains("'missing.yaml'");
    assertThat(shell.run("define", "--if-revision=1", "web-1.yaml", "web-1.yaml").err())
        .contains("--if-revision is about one domain");
  }

  @Test
  void twoConditionsAtOnceAreWrongUsage() {
    Outcome outcome = shell.run("define", "--if-absent", "--if-revision=1", "web-1.yaml");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("--if-absent and --if-revision").contains("only one");
  }

  @Test
  void everyProblemOfADefinitionIsPrintedWithItsPlace() {
    Outcome outcome = shell.run("define", "wrong.yaml");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("vmctl: the definition has 2 problems:\nwrong.yaml:2:9: memory: ")
        .contains("\nwrong.yaml:3:1: ")
        .contains("'cpus'");
  }

  @Test
  void asJsonTheProblemsOfADefinitionAreAnArray() {
    assertThat(shell.run("define", "wrong.yaml", "-o", "json").err())
        .contains("\"code\": \"invalid-definition\"")
        .contains("\"exitCode\": 3")
        .contains("\"line\": 2")
        .contains("\"line\": 3");
  }

  @Test
  void validateNeedsNoHost() {
    Outcome outcome =
        Shell.alone().run("validate", "web-1.yaml", "wrong.yaml", "web-1-larger.yaml");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .startsWith("web-1.yaml: valid, domain web-1\nwrong.yaml:2:9: memory: ")
        .endsWith("web-1-larger.yaml: valid, domain web-1\n");
  }

  @Test
  void schemaPrintsThePublishedSchemaWithoutAHost() {
    Outcome outcome = Shell.alone().run("schema");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out().strip()).isEqualTo(DefinitionSchema.json().strip());
  }

  @Test
  void schemaPrintsTheDefaultsAsADefinition() {
    assertThat(Shell.alone().run("schema", "--defaults").out())
        .isEqualTo(DefinitionDefaults.yaml());
  }

  @Test
  void asJsonEachFileHasItsVerdictOnALine() {
    assertThat(
            Shell.alone().run("validate", "-o", "json", "web-1.yaml", "wrong.yaml").out().lines())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .isEqualTo("{\"file\":\"web-1.yaml\",\"valid\":true,\"problems\":[]}"),
            second -> assertThat(second).startsWith("{\"file\":\"wrong.yaml\",\"valid\":false,"));
  }

  @Test
  void aFileThatIsNoDefinitionIsRefusedByName() {
    assertThat(shell.run("define", "missing.yaml").err())
        .isEqualTo("vmctl: Cannot read definition 'missing.yaml': there is no such file.\n");
    assertThat(shell.run("define", "/dev/zero").err()).contains("larger than 1 MiB");
    assertThat(shell.run("define", "/dev/zero").exitCode()).isEqualTo(17);
    assertThat(shell.run("define", "..").err()).contains("Cannot read definition '..'");
  }

  @Test
  void theDefinitionIsShownWithItsDefaults() {
    shell.run("define", "web-1.yaml");

    GoldenText.check("definition.yaml", shell.run("show", "--definition", "web-1").out());
    assertThat(shell.run("show", "--definition", "web-1", "-o", "json").out())
        .contains("\"uuid\": \"" + UUID + "\"");
  }

  @Test
  void whatIsShownAsTheDefinitionDefinesTheSameDomain() {
    shell.run("define", "web-1.yaml");
    String shown = shell.run("show", "--definition", UUID).out();

    assertThat(shell.typing(shown).run("define", "-").out())
        .isEqualTo("web-1: unchanged, revision 1\n");
  }

  @Test
  void undefineForgetsADomainButNotOneWithAMachine() {
    shell.run("define", "web-1.yaml");
    shell.run("start", "web-1");

    assertThat(shell.run("undefine", "web-1").exitCode()).isEqualTo(6);
    shell.run("destroy", "web-1");
    assertThat(shell.run("undefine", "web-1").out())
        .isEqualTo("web-1: undefined; its disks are left alone\n");
    assertThat(host.list()).isEmpty();
  }
}
