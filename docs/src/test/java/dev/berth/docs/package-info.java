/**
 * What the documents promise, as tests: the arrows between modules and packages, snippets and
 * examples. Sees every module; nothing may depend on it.
 */
@NullMarked
package dev.berth.docs;

import org.jspecify.annotations.NullMarked;
