import { webhookCallerContract } from '@mneme/testing';
import { HttpWebhookCaller } from './http-webhook-caller.js';

webhookCallerContract((given) => new HttpWebhookCaller(given));
