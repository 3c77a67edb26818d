package dev.berth.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.Fuzzing;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ValidatorFuzzTest {
  private final ValidatorFuzz validator = new ValidatorFuzz();

  @Test
  @Timeout(300)
  void mutatedCommandsAreAllowedOrToldWhatIsWrong() {
    Fuzzing.run(Fuzzing.commands(), validator::take, 20_000, 1);
    allHappened();
  }

  @Tag("full")
  @Test
  void manyMoreMutatedCommandsAreAllowedOrToldWhatIsWrong() {
    Fuzzing.run(Fuzzing.commands(), validator::take, Fuzzing.inputs(), Fuzzing.number());
    allHappened();
  }

  private void allHappened() {
    assertThat(validator.allowed()).as("commands that were still right").isPositive();
    assertThat(validator.refused()).as("commands that were not").isPositive();
    assertThat(validator.unreadable()).as("inputs that were no JSON").isPositive();
  }
}
