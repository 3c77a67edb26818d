package dev.berth.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DomainNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "Z", "0", "web-1", "a.b_c-d", "9lives", "x-", "y.", "AZaz09._-"})
  void lettersDigitsAndThreeSignsAreLegal(String text) {
    assertThat(new DomainName(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-a", ".a", "_a", "a b", "a/b", "a\n", "a\u0000", "é", "aé", "٣", "a٣", "a:b", "a@",
        "a[", "a`", "a{", "a,b", "a^", "/"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> new DomainName(text))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("is no domain name: use 1 to 64 of");
  }

  @Test
  void aNameHas64CharactersAtMost() {
    assertThat(DomainName.isLegal("a".repeat(64))).isTrue();
    assertThat(DomainName.isLegal("a".repeat(65))).isFalse();
  }
}
