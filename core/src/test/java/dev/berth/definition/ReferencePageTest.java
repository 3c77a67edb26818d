package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ReferencePageTest {
  private static final Pattern YAML_BLOCK = Pattern.compile("(?s)```yaml\n(.*?)```");

  @Test
  void thePageListsEveryKeyAsTheReaderKnowsIt() throws IOException {
    String page = page();
    int begin = page.indexOf(ReferencePage.BEGIN);
    int end = page.indexOf(ReferencePage.END);
    assertThat(begin).isPositive();
    assertThat(end).isGreaterThan(begin);

    GoldenFile.check(
        ReferencePage.FILE,
        page.substring(0, begin)
            + ReferencePage.BEGIN
            + ReferencePage.tables()
            + "\n"
            + page.substring(end));
  }

  @Test
  void theDefinitionsOnThePageAreDefinitions() throws IOException {
    Matcher blocks = YAML_BLOCK.matcher(page());
    int count = 0;
    while (blocks.find()) {
      assertThat(Documents.read(blocks.group(1))).isNotNull();
      count++;
    }
    assertThat(count).isPositive();
  }

  @Test
  void theRefusalOnThePageIsTheReadersOwn() throws IOException {
    Matcher blocks =
        Pattern.compile("(?s)```text\n(name:.*?)```.*?```text\n(web.yaml.*?)```").matcher(page());

    assertThat(blocks.find()).isTrue();
    assertThat(Documents.refusal(blocks.group(1))).hasMessage(blocks.group(2).stripTrailing());
  }

  private static String page() throws IOException {
    return Files.readString(GoldenFile.inTree(ReferencePage.FILE));
  }
}
