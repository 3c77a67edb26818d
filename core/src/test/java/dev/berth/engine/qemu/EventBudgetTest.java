package dev.berth.engine.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How much a guest may have recorded. */
final class EventBudgetTest {
  private static final Instant START = Instant.EPOCH;

  private final EventBudget budget = new EventBudget(START);

  @Test
  void aBurstIsGrantedAndThenOneEachPeriod() {
    for (int i = 0; i < 20; i++) {
      assertThat(budget.spend(START)).isTrue();
    }
    assertThat(budget.spend(START)).isFalse();
    assertThat(budget.spend(START.plusSeconds(4))).isFalse();
    assertThat(budget.spend(START.plusSeconds(5))).isTrue();
    assertThat(budget.spend(START.plusSeconds(5))).isFalse();
  }

  @Test
  void savingsHaveALimit() {
    Instant late = START.plusSeconds(1_000_000);
    for (int i = 0; i < 20; i++) {
      assertThat(budget.spend(late)).isTrue();
    }
    assertThat(budget.spend(late)).isFalse();
  }

  @Test
  void aClockThatIsSetBackEarnsAndCostsNothing() {
    assertThat(budget.spend(START.minusSeconds(3600))).isTrue();
    for (int i = 0; i < 19; i++) {
      assertThat(budget.spend(START.minusSeconds(3600))).isTrue();
    }
    assertThat(budget.spend(START.minusSeconds(3600))).isFalse();
  }
}
