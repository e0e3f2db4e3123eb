/** The two protocols as callers see them: operations, error formats, and wrong base URLs. */
package io.agyn.proxy.dialect;
