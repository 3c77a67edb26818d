package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogTailTest {

  @ParameterizedTest(name = "[{0}] then [{1}] adds [{2}]")
  @CsvSource({
    "'', '', ''",
    "'', abc, abc",
    "abc, abc, ''",
    "abc, abcd, d",
    "abcd, bcde, e",
    "abcd, cd, ''",
    "abcd, wxyz, wxyz",
    "abab, babab, ab",
    "aabaab, abaabx, x",
    "abc, '', ''",
    "a, aaa, aa",
    "xaaa, aaab, b",
  })
  void whatWasAddedIsWhatFollowsTheOldEnd(String before, String now, String added) {
    byte[] later = now.getBytes(StandardCharsets.US_ASCII);
    int known = LogTail.overlap(before.getBytes(StandardCharsets.US_ASCII), later);

    assertThat(now.substring(known)).isEqualTo(added);
  }
}
