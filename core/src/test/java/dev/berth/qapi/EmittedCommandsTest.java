package dev.berth.qapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.qmp.QmpCommand;
import dev.berth.schema.QmpSchema;
import dev.berth.testing.TestSchema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Berth sends is what each supported QEMU takes, to the innermost member. */
final class EmittedCommandsTest {

  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestSchema#all")
  void everyTypedCommandIsOneThatTheSchemaAllows(TestSchema source) {
    QmpSchema schema = source.index();
    for (QmpCommand<?> command : QapiCommands.ALL) {
      boolean isThere =
          !source.version().startsWith("5.") || !QapiCommands.SINCE_6_0.contains(command.command());
      assertThat(schema.supports(command.command())).as(command.command()).isEqualTo(isThere);
      if (isThere) {
        assertThat(schema.check(command.command(), command.arguments()))
            .as(command.command())
            .isEmpty();
      }
    }
  }
}
