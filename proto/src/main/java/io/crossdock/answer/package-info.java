/**
 * What services say back in the same way wherever they run: pages, failures, the age of an answer.
 */
@NullMarked
package io.crossdock.answer;

import org.jspecify.annotations.NullMarked;
