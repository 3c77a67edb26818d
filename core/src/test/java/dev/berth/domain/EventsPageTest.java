package dev.berth.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.definition.GoldenFile;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/events.md}, which is written by hand. */
final class EventsPageTest {
  private static final Pattern TYPE =
      Pattern.compile("`((?:domain|job|host|pool|image)\\.[a-z-]+)`");

  @Test
  void thePageHasEveryTypeAndNoOther() throws Exception {
    String page = Files.readString(GoldenFile.inTree("docs/events.md"));

    Set<String> told =
        TYPE.matcher(page).results().map(match -> match.group(1)).collect(Collectors.toSet());

    assertThat(new TreeSet<>(told))
        .isEqualTo(EventBodyTest.types().collect(Collectors.toCollection(TreeSet::new)));
  }
}
