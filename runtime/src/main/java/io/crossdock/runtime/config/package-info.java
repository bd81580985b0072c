/**
 * Configuration: a protobuf message written as YAML. Every error is reported at once, with file,
 * line, path, value and what was expected; nothing unknown is skipped.
 */
@NullMarked
package io.crossdock.runtime.config;

import org.jspecify.annotations.NullMarked;
