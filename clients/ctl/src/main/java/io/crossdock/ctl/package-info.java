/**
 * What an operator asks a running hub at a terminal, and the one thing to tell it: drop answers.
 */
@NullMarked
package io.crossdock.ctl;

import org.jspecify.annotations.NullMarked;
