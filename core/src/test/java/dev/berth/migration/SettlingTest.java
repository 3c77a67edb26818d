package dev.berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.migration.SourceRules.Act;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a source makes of what a target says about a domain without a machine. */
final class SettlingTest {
  private static final Set<TargetPhase> HAS_IT =
      Set.of(TargetPhase.RECEIVED, TargetPhase.OWNER, TargetPhase.COMPLETE);

  @ParameterizedTest
  @EnumSource(TargetPhase.class)
  void itIsHandedOverOnceTheTargetHasItsImagesAndNotBefore(TargetPhase said) {
    assertThat(SourceRules.settled(said) == Act.HAND_OVER).isEqualTo(HAS_IT.contains(said));
  }

  @ParameterizedTest
  @EnumSource(TargetPhase.class)
  void itStaysOnceTheTargetHasGivenItUpAndIsWaitedForElse(TargetPhase said) {
    boolean isGivenUp = said == TargetPhase.FAILED || said == TargetPhase.NONE;

    assertThat(SourceRules.settled(said) == Act.RETURN).isEqualTo(isGivenUp);
    assertThat(SourceRules.settled(said) == Act.WAIT)
        .isEqualTo(!isGivenUp && !HAS_IT.contains(said));
  }

  @ParameterizedTest
  @EnumSource(TargetPhase.class)
  void onlyAPlaceThatWasGivenIsOfUse(TargetPhase said) {
    assertThat(SourceRules.reserved(said, false))
        .isEqualTo(said == TargetPhase.RECEIVED ? Act.HAND_OVER : Act.RETURN);
    assertThat(SourceRules.reserved(said, true))
        .isEqualTo(said == TargetPhase.INCOMING ? Act.BEGIN : Act.RETURN);
  }
}
