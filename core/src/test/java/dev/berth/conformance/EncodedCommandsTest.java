package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.qapi.TypedCommands;
import dev.berth.qmp.QmpCommand;
import dev.berth.schema.QmpSchema;
import dev.berth.testing.TestSchema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command of every version can be said in the typed model, with every argument that the
 * version has, in each of the forms that its unions and alternates have; and what the model writes
 * is accepted by the validator.
 */
final class EncodedCommandsTest {

  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestSchema#all")
  void everyCommandIsWrittenWithAllItsMembersAndAccepted(TestSchema source) {
    QmpSchema schema = source.index();
    var samples = new SchemaSamples(schema);
    for (String name : schema.commandNames()) {
      for (ObjectNode arguments : samples.of(name)) {
        QmpCommand<?> typed = TypedCommands.read(name, arguments).orElseThrow();

        assertThat(Unread.in(arguments, typed.arguments())).as("%s %s", name, arguments).isEmpty();
        assertThat(schema.check(name, typed.arguments())).as("%s %s", name, arguments).isEmpty();
      }
    }
  }
}
