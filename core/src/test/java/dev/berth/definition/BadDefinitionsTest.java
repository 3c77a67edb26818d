package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.BadDefinitions.Sample;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class BadDefinitionsTest {

  static Iterable<Sample> samples() throws IOException {
    return BadDefinitions.all();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everyBadDefinitionIsRefusedWithARemedy(Sample sample) {
    assertThat(Documents.refusal(sample.text()))
        .isNotNull()
        .satisfies(refusal -> assertThat(refusal.problems()).allMatch(p -> p.line() > 0));
  }

  @Test
  void theMessagesAreThoseOnFile() throws IOException {
    StringBuilder file = new StringBuilder();
    for (Sample sample : BadDefinitions.all()) {
      file.append(sample.withAnswer(Documents.refusal(sample.text()).getMessage()));
    }
    GoldenFile.check(BadDefinitions.FILE, file.toString());
  }
}
