/** The client against real servers that do what a test scripts. */
@NullMarked
package io.crossdock.client;

import org.jspecify.annotations.NullMarked;
