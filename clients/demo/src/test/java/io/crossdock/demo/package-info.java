/** The demo, tested with the programs as they are laid out for the launcher. */
@NullMarked
package io.crossdock.demo;

import org.jspecify.annotations.NullMarked;
