/** The walls of the house: what every module keeps to, checked on the compiled classes. */
@NullMarked
package io.crossdock.walls;

import org.jspecify.annotations.NullMarked;
