/** The demo: starts every program as a process of its own, and calls the hub as a till would. */
@NullMarked
package io.crossdock.demo;

import org.jspecify.annotations.NullMarked;
