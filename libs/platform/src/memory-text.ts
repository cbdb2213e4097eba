import { type CommandGiven, CommandContent, MemoryContent, type MemoryDerived } from '@mneme/events';
import { type DataKeys, seal, type UnsealedMemory, unseal } from '@mneme/domain';
import { parsedJson } from './record-json.js';

/** Seals the text of a memory for this version of it. */
export function sealMemory(keys: DataKeys, { content, ...memory }: UnsealedMemory): MemoryDerived {
  return { ...memory, sealed: seal(keys, { ...memory, recordId: memory.memoryId }, JSON.stringify(content)) };
}

/** @throws Corrupt for a text that does not open under its key, or does not fit. */
export function openMemory(keys: DataKeys, memory: MemoryDerived): MemoryContent {
  return parsedJson(MemoryContent, unseal(keys, { ...memory, recordId: memory.memoryId }, memory.sealed));
}

/** What a command says; empty for one that says nothing. @throws Corrupt as `openMemory` does. */
export function openCommand(keys: DataKeys, command: CommandGiven): CommandContent {
  if (command.sealed === undefined) return {};
  const context = { ...command, recordId: command.commandId, version: command.recordedAt };
  return parsedJson(CommandContent, unseal(keys, context, command.sealed));
}
