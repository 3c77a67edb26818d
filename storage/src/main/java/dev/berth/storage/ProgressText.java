package dev.berth.storage;

import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How far {@code qemu-img -p} is, from what it writes: {@code (12.34/100%)}. One thread. */
final class ProgressText implements Consumer<String> {
  private static final Pattern MARK = Pattern.compile("\\((\\d{1,3}\\.\\d\\d)/100%\\)");
  private static final int LONGEST_MARK = 16;

  private final DoubleConsumer listener;
  private String tail = "";

  ProgressText(DoubleConsumer listener) {
    this.listener = listener;
  }

  @Override
  public void accept(String written) {
    String text = tail + written;
    Matcher marks = MARK.matcher(text);
    double last = -1;
    int read = 0;
    while (marks.find()) {
      last = Double.parseDouble(marks.group(1)) / 100;
      read = marks.end();
    }
    tail = text.substring(Math.max(read, text.length() - LONGEST_MARK));
    if (last >= 0) {
      listener.accept(Math.min(1, last));
    }
  }
}
