package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RawTerminalTest {

  @Test
  void aTerminalThatDoesNotKnowItsSizeHasTheUsualOne() {
    assertThat(RawTerminal.Size.of("50 132")).isEqualTo(new RawTerminal.Size(50, 132));
    assertThat(RawTerminal.Size.of("0 0")).isEqualTo(new RawTerminal.Size(24, 80));
  }
}
