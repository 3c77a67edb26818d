package dev.berth.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testing.Fuzzing;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class CodecFuzzTest {
  private final CodecFuzz codec = new CodecFuzz();

  @Test
  @Timeout(300)
  void mutatedMessagesAreReadOrRefused() {
    Fuzzing.run(Fuzzing.messages(), codec::take, 20_000, 1);
    bothHappened();
  }

  @Tag("full")
  @Test
  void manyMoreMutatedMessagesAreReadOrRefused() {
    Fuzzing.run(Fuzzing.messages(), codec::take, Fuzzing.inputs(), Fuzzing.number());
    bothHappened();
  }

  private void bothHappened() {
    assertThat(codec.read()).as("messages that were still good").isPositive();
    assertThat(codec.refused()).as("messages that were not").isPositive();
  }
}
