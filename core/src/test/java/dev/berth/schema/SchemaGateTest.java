package dev.berth.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.error.UnsupportedException;
import dev.berth.json.Json;
import dev.berth.testing.TestSchema;
import org.junit.jupiter.api.Test;

final class SchemaGateTest {
  private static final SchemaGate OLD = gate("5.2.0");
  private static final SchemaGate NEW = gate("11.1.3");

  @Test
  void whatThisQemuHasPasses() {
    ObjectNode node = Json.object().put("driver", "qcow2").put("file", "f");

    assertThatCode(() -> OLD.admit("blockdev-add", node)).doesNotThrowAnyException();
    assertThatCode(() -> OLD.admit("query-cpus", Json.object())).doesNotThrowAnyException();
    assertThatCode(() -> OLD.admit("device_add", Json.object().put("drive", "d")))
        .doesNotThrowAnyException();
    assertThat(NEW.supports("yank")).isTrue();
  }

  @Test
  void aCommandThatThisQemuLacksIsNamedWithItsHistory() {
    assertThat(refusal(OLD, "yank", Json.object()))
        .isEqualTo("QEMU 5.2.0 lacks the command 'yank' (since 6.0). Nothing was sent.");
    assertThat(refusal(NEW, "query-cpus", Json.object()))
        .isEqualTo(
            "QEMU 11.1.3 lacks the command 'query-cpus' (since 0.14; removed in 6.0; use"
                + " 'query-cpus-fast' instead). Nothing was sent.");
    assertThat(refusal(NEW, "dance", Json.object()))
        .isEqualTo("QEMU 11.1.3 lacks the command 'dance'. Nothing was sent.");
  }

  @Test
  void anArgumentThatThisQemuLacksIsNamedWithItsCommand() {
    ObjectNode arguments = Json.object();
    arguments.putArray("channels");

    assertThat(refusal(OLD, "migrate", arguments))
        .isEqualTo(
            "QEMU 5.2.0 lacks the argument 'channels' of 'migrate' (after 7.2). Nothing was sent.");
    assertThat(OLD.supports("migrate", "channels")).isFalse();
    assertThat(NEW.supports("migrate", "channels")).isTrue();
  }

  @Test
  void whatIsKnownOfCommandsContradictsNoVersion() {
    CommandFacts facts = new KnownFacts();
    for (TestSchema source : TestSchema.all()) {
      QmpSchema schema = source.index();
      for (TestSchema other : TestSchema.all()) {
        for (String name : other.index().commandNames()) {
          check(schema, name, facts.find(name).orElseThrow());
        }
      }
    }
  }

  /** A build may lack a command of its time; none has one from before or after its time. */
  private static void check(QmpSchema schema, String name, CommandFacts.Fact fact) {
    boolean tooEarly = fact.since().filter(since -> isTooEarly(schema, since)).isPresent();
    boolean tooLate =
        fact.removedIn().filter(removed -> !isBefore(schema.version(), removed)).isPresent();
    if (tooEarly || tooLate) {
      assertThat(schema.supports(name)).as("%s in %s", name, schema.version()).isFalse();
    }
    if (tooLate) {
      fact.instead().ifPresent(other -> assertThat(schema.supports(other)).as(other).isTrue());
    }
  }

  private static boolean isTooEarly(QmpSchema schema, String since) {
    String last = since.replace("after ", "");
    return isBefore(schema.version(), last)
        || !last.equals(since) && schema.version().startsWith(last + ".");
  }

  private static boolean isBefore(String version, String other) {
    String[] a = version.split("\\.");
    String[] b = other.split("\\.");
    int major = Integer.compare(Integer.parseInt(a[0]), Integer.parseInt(b[0]));
    return major < 0 || (major == 0 && Integer.parseInt(a[1]) < Integer.parseInt(b[1]));
  }

  private static String refusal(SchemaGate gate, String command, ObjectNode arguments) {
    String[] message = new String[1];
    assertThatExceptionOfType(UnsupportedException.class)
        .isThrownBy(() -> gate.admit(command, arguments))
        .satisfies(refused -> message[0] = refused.getMessage());
    return message[0];
  }

  private static SchemaGate gate(String version) {
    return new SchemaGate(TestSchema.of(version).index(), new KnownFacts());
  }
}
